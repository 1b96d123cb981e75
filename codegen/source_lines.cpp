// Keys of the maps: "shop.Customer", "shop.Customer:email", and either with "#attribute" behind it; the string of
// an include statement with its quotes.
#include "source_lines.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace cambium::codegen {

/// Walks over the tokens of a schema: words (names with their dots), and single characters for everything else.
class LineScanner {
public:
    LineScanner(std::string_view text, SourceLines& result) : text_{text}, result_{result} {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") position_ = 3;  // a byte order mark
        next();
    }

    void run() {
        while (!token_.empty()) {
            const std::string_view word = token_;
            begin_ = token_begin();
            next();
            if (word == "namespace")
                read_namespace();
            else if (word == "table" || word == "struct" || word == "enum" || word == "union" ||
                     word == "rpc_service")
                read_definition();
            else if (word == "include")
                read_include();
            else
                while (!token_.empty() && token_ != ";") next();
            if (token_ == ";") next();
        }
    }

private:
    void read_namespace() {
        namespace_.clear();
        for (; !token_.empty() && token_ != ";"; next()) namespace_ += token_;
        if (!namespace_.empty()) namespace_ += ".";
    }

    void read_include() {
        add('"' + std::string{token_.substr(1, token_.size() - std::min<std::size_t>(token_.size(), 2))} + '"');
        next();
    }

    void read_definition() {
        const std::string name = namespace_ + std::string{token_};
        SourcePart part{name, "", begin_, position_, 0};
        add(name);
        while (!token_.empty() && token_ != "{") {
            if (token_ == "(")
                read_attributes(name);
            else
                next();
        }
        next();
        while (!token_.empty() && token_ != "}") read_member(name);
        add(std::move(part), position_);
        if (!token_.empty()) next();
    }

    void read_member(const std::string& definition) {
        SourcePart part{definition, std::string{token_}, token_begin(), position_, 0};
        const std::string name = definition + ":" + part.field;
        add(name);
        while (!token_.empty() && token_ != ";" && token_ != "," && token_ != "}") {
            if (token_ == "(")
                read_attributes(name);
            else
                next();
        }
        const bool is_ended = token_ == ";" || token_ == ",";
        add(std::move(part), is_ended ? position_ : token_begin());
        if (is_ended) next();
    }

    void read_attributes(const std::string& owner) {
        do {
            next();
            const std::string key = owner + "#" + std::string{token_};
            if (!add(key)) result_.repetitions_.emplace(key, line_);
            while (!token_.empty() && token_ != "," && token_ != ")") next();
        } while (token_ == ",");
        if (!token_.empty()) next();
    }

    void add(SourcePart part, std::size_t end) {
        part.end = end;
        result_.parts_.push_back(std::move(part));
    }

    [[nodiscard]] std::size_t token_begin() const { return position_ - token_.size(); }

    /// False when there is one already.
    bool add(const std::string& key) { return result_.lines_.emplace(key, line_).second; }

    static bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; }

    void next() {
        skip_blanks();
        const std::size_t begin = position_;
        if (position_ == text_.size()) {
            token_ = {};
            return;
        }
        line_ = current_line_;
        if (text_[position_] == '"' || text_[position_] == '\'') {
            skip_string(text_[position_]);
        } else if (is_word(text_[position_])) {
            while (position_ < text_.size() && is_word(text_[position_])) ++position_;
        } else {
            ++position_;
        }
        token_ = text_.substr(begin, position_ - begin);
    }

    void skip_string(char quote) {
        for (++position_; position_ < text_.size() && text_[position_] != quote; ++position_) {
            if (text_[position_] == '\\') ++position_;
            if (position_ < text_.size() && text_[position_] == '\n') ++current_line_;
        }
        if (position_ < text_.size()) ++position_;
        if (position_ > text_.size()) position_ = text_.size();
    }

    void skip_blanks() {
        while (position_ < text_.size()) {
            const std::string_view rest = text_.substr(position_);
            if (rest.front() == '\n') ++current_line_;
            if (rest.substr(0, 2) == "//") {
                position_ += std::min(rest.find('\n'), rest.size());
            } else if (rest.substr(0, 2) == "/*") {
                const std::size_t end = std::min(rest.find("*/", 2), rest.size());
                for (const char c : rest.substr(0, end)) current_line_ += c == '\n' ? 1 : 0;
                position_ += std::min(end + 2, rest.size());
            } else if (std::isspace(static_cast<unsigned char>(rest.front())) != 0) {
                ++position_;
            } else {
                return;
            }
        }
    }

    std::string_view text_;
    SourceLines& result_;
    std::size_t position_ = 0;
    std::size_t current_line_ = 1;
    std::size_t line_ = 1;   // of the token
    std::size_t begin_ = 0;  // of the definition
    std::string_view token_;
    std::string namespace_;
};

SourceLines::SourceLines(std::string_view text) {
    LineScanner{text, *this}.run();
}

std::size_t SourceLines::line_of(const std::string& definition, const std::string& field,
                                 const std::string& attribute) const {
    const std::string keys[] = {definition + ":" + field + "#" + attribute, definition + ":" + field,
                                definition + "#" + attribute, definition};
    for (const std::string& key : keys)
        if (const auto found = lines_.find(key); found != lines_.end()) return found->second;
    return 0;
}

std::size_t SourceLines::line_of_repetition(const std::string& definition, const std::string& field,
                                            const std::string& attribute) const {
    const auto found = repetitions_.find(definition + (field.empty() ? "" : ":" + field) + "#" + attribute);
    return found == repetitions_.end() ? 0 : found->second;
}

std::size_t SourceLines::line_of_include(const std::string& name) const {
    const auto found = lines_.find('"' + name + '"');
    return found == lines_.end() ? 0 : found->second;
}

}  // namespace cambium::codegen
