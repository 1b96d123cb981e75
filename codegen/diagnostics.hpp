// What is wrong with a schema. All findings of one run are collected, in the order they were found.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cambium::codegen {

class Diagnostics {
public:
    explicit Diagnostics(std::string file) : file_{std::move(file)} {}

    /// A finding about the file as a whole: "shop.fbs: sentence".
    void report(const std::string& sentence) { sentences_.push_back(file_ + ": " + sentence); }
    /// A finding that carries its own place: "shop.fbs:7: sentence".
    void report_placed(std::string sentence) { sentences_.push_back(std::move(sentence)); }

    [[nodiscard]] bool empty() const noexcept { return sentences_.empty(); }
    [[nodiscard]] const std::vector<std::string>& sentences() const noexcept { return sentences_; }

private:
    std::string file_;
    std::vector<std::string> sentences_;
};

}  // namespace cambium::codegen
