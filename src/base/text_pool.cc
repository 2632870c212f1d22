#include "base/text_pool.h"

#include <utility>

namespace trailsift {

TextPool::Number TextPool::Take(std::string_view text) {
  if (const auto found = numbers_.find(text); found != numbers_.end()) {
    ++items_[found->second - 1].holders;
    return found->second;
  }
  Number number;
  if (spare_.empty()) {
    items_.emplace_back();
    number = static_cast<Number>(items_.size());
  } else {
    number = spare_.back();
    spare_.pop_back();
  }
  Item& item = items_[number - 1];
  item.text = text;
  item.holders = 1;
  numbers_.emplace(item.text, number);
  return number;
}

void TextPool::Release(Number number) {
  Item& item = items_[number - 1];
  if (--item.holders > 0) return;
  numbers_.erase(item.text);
  item.text = {};
  spare_.push_back(number);
}

TextPool::Row::Row(TextPool& pool, const std::vector<std::optional<std::string>>& texts)
    : pool_(&pool), numbers_(std::make_unique<Number[]>(texts.size())), size_(static_cast<std::uint32_t>(texts.size())) {
  for (std::size_t i = 0; i < texts.size(); ++i) numbers_[i] = texts[i] ? pool.Take(*texts[i]) : kNothing;
}

TextPool::Row::Row(Row&& other) noexcept
    : pool_(other.pool_), numbers_(std::move(other.numbers_)), size_(std::exchange(other.size_, 0)) {}

TextPool::Row& TextPool::Row::operator=(Row&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(numbers_, other.numbers_);
  std::swap(size_, other.size_);
  return *this;
}

TextPool::Row::~Row() {
  for (std::size_t i = 0; i < size_; ++i)
    if (numbers_[i] != kNothing) pool_->Release(numbers_[i]);
}

std::optional<std::string_view> TextPool::Row::Text(std::size_t place) const {
  const Number number = numbers_[place];
  return number == kNothing ? std::nullopt : std::optional<std::string_view>(pool_->items_[number - 1].text);
}

}  // namespace trailsift
