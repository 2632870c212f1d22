// How wide a terminal is.
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>

namespace trailsift {

// Columns; 0 where the descriptor is no terminal or does not say.
inline std::size_t TerminalWidth(int descriptor) {
  winsize size{};
  return isatty(descriptor) != 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace trailsift
