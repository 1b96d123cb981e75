// Small pieces of generated text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model.hpp"
#include "names.hpp"

namespace cambium::codegen {

/// Generated lines are broken where they would be longer.
inline constexpr std::size_t kLineLength = 116;

/// Doc comment lines, each after `indent`.
inline std::string doc_lines(const DocComment& doc, const std::string& indent) {
    std::string text;
    for (std::string line : doc) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
        // These, the second to compilers with trigraphs, would join the next line to the comment.
        if (line.ends_with('\\') || line.ends_with("?\?/")) line += '.';
        text += indent + "///" + line + "\n";
    }
    return text;
}

/// Opens and closes namespaces as definitions of different ones follow each other.
class NamespaceBlocks {
public:
    explicit NamespaceBlocks(std::string& out) : out_{out} {}

    void enter(const std::vector<std::string>& components) {
        if (is_open_ && components == current_) return;
        leave();
        current_ = components;
        is_open_ = true;
        if (!current_.empty()) out_ += "namespace " + namespace_name(current_) + " {\n\n";
    }

    void leave() {
        if (is_open_ && !current_.empty()) out_ += "}  // namespace " + namespace_name(current_) + "\n\n";
        is_open_ = false;
    }

private:
    std::string& out_;
    std::vector<std::string> current_;
    bool is_open_ = false;
};

}  // namespace cambium::codegen
