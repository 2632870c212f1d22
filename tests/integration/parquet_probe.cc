// Prints the rows of Parquet files, one JSON text a line; behind the rows of each a line `fault …` where there is one. Ends with 0.
//
// usage: parquet_probe FILE…
#include <fstream>
#include <iostream>
#include <iterator>

#include "parquet/rows.h"

int main(int count, char** arguments) {
  for (int i = 1; i < count; ++i) {
    std::ifstream in(arguments[i], std::ios::binary);
    const std::string file((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    trailsift::ParquetRows rows(file);
    std::string row;
    while (rows.Next(row)) std::cout << row << '\n';
    if (!rows.fault().ok()) std::cout << "fault " << rows.fault().message() << '\n';
  }
  return 0;
}
