#include "parquet/rows.h"

#include <utility>

#include "event/full_log.h"
#include "parquet/cell_text.h"

namespace trailsift {
namespace {

constexpr std::int64_t kMaxRows = 10'000'000;
constexpr std::size_t kMaxRow = 64u << 20;
constexpr std::uint64_t kMaxText = std::uint64_t{4} << 30;

}  // namespace

ParquetRows::ParquetRows(std::string_view file) : file_(file) {
  Result<ParquetFooter> footer = ReadParquetFooter(file);
  if (!footer.ok()) {
    fault_ = footer.status();
    return;
  }
  footer_ = std::move(footer).value();
  for (const ParquetNode& node : footer_.root.children)
    if (node.name == "time" && node.kind == ParquetNode::Kind::kLeaf && node.type == ParquetType::kInt64) time_node_ = &node;
}

bool ParquetRows::Fail(std::string what) {
  if (fault_.ok()) fault_ = Status(Code::kCorrupt, "row " + std::to_string(row_) + ": " + std::move(what));
  return false;
}

bool ParquetRows::Advance(std::size_t leaf) {
  if (columns_[leaf]->Advance()) return true;
  return Fail(columns_[leaf]->fault().message());
}

bool ParquetRows::BeginGroup() {
  const ParquetGroup& group = footer_.groups[group_++];
  columns_.clear();
  rows_left_ = group.rows;
  for (std::size_t i = 0; i < footer_.leaves.size(); ++i)
    columns_.push_back(std::make_unique<ColumnReader>(file_, footer_.leaves[i], group.chunks[i], memory_));
  for (std::size_t i = 0; rows_left_ > 0 && i < columns_.size(); ++i)
    if (!Advance(i)) return false;
  return true;
}

bool ParquetRows::BeginRow() {
  while (rows_left_ == 0) {
    if (group_ == footer_.groups.size()) return false;
    if (!BeginGroup()) return false;
  }
  if (row_ >= kMaxRows) return Fail("more than 10 million rows");
  if (text_ > kMaxText) return Fail("more than 4 GiB of rows");
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (columns_[i]->at_end() || columns_[i]->rep() != 0)
      return Fail("column " + footer_.leaves[i].path + " has another number of rows");
  return true;
}

bool ParquetRows::Next(std::string& json) {
  if (!fault_.ok() || !BeginRow()) return false;
  out_.clear();
  time_.reset();
  if (!EmitStruct(footer_.root)) return false;
  --rows_left_;
  ++row_;
  text_ += out_.size();
  json = out_;
  return true;
}

bool ParquetRows::Emit(const ParquetNode& node) {
  if (out_.size() > kMaxRow) return Fail("it is longer than 64 MiB");
  if (node.kind == ParquetNode::Kind::kLeaf) return EmitLeaf(node);
  if (node.optional && columns_[node.first_leaf]->def() < node.def) {
    out_ += "null";
    return Pass(node);
  }
  return node.kind == ParquetNode::Kind::kStruct ? EmitStruct(node) : EmitElements(node);
}

bool ParquetRows::EmitLeaf(const ParquetNode& node) {
  ColumnReader& column = *columns_[node.first_leaf];
  if (column.def() < node.def) {
    out_ += "null";
    return Advance(node.first_leaf);
  }
  ParquetCell cell;
  if (!column.Value(cell)) return Fail(column.fault().message());
  AppendParquetCell(node, cell, out_);
  if (&node == time_node_) {
    const std::int64_t units = node.meaning != ParquetMeaning::kTimestamp || node.digits == 3 ? 1
                               : node.digits == 6                                             ? 1000
                                                                                              : 1'000'000;
    time_ = cell.integer / units;
  }
  return Advance(node.first_leaf);
}

bool ParquetRows::EmitStruct(const ParquetNode& node) {
  out_ += '{';
  for (const ParquetNode& child : node.children) {
    if (&child != node.children.data()) out_ += ", ";
    AppendAsciiJsonString(child.name, out_);
    out_ += ": ";
    if (!Emit(child)) return false;
  }
  out_ += '}';
  return true;
}

bool ParquetRows::EmitElement(const ParquetNode& node) {
  if (node.kind == ParquetNode::Kind::kList) return Emit(node.children.front());
  out_ += '[';
  for (const ParquetNode& part : node.children) {
    if (&part != node.children.data()) out_ += ", ";
    if (!Emit(part)) return false;
  }
  out_ += ']';
  return true;
}

bool ParquetRows::EmitElements(const ParquetNode& node) {
  out_ += '[';
  if (columns_[node.first_leaf]->def() < node.element_def) {
    out_ += ']';
    return Pass(node);
  }
  for (bool first = true;; first = false) {
    // The leaves below must agree where an element begins and where the last one has ended.
    const ColumnReader& lead = *columns_[node.first_leaf];
    const bool more = first || (!lead.at_end() && lead.rep() >= node.rep);
    for (std::size_t i = node.first_leaf; !first && i < node.end_leaf; ++i) {
      const ColumnReader& column = *columns_[i];
      if (more ? column.at_end() || column.rep() != node.rep : !column.at_end() && column.rep() >= node.rep)
        return Fail("the columns below " + node.name + " have different numbers of elements");
    }
    if (!more) break;
    if (!first) out_ += ", ";
    if (!EmitElement(node)) return false;
  }
  out_ += ']';
  return true;
}

bool ParquetRows::Pass(const ParquetNode& node) {
  for (std::size_t i = node.first_leaf; i < node.end_leaf; ++i)
    if (!Advance(i)) return false;
  return true;
}

}  // namespace trailsift
