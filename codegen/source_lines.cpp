// Keys of the maps: "shop.Customer", "shop.Customer:email", and either with "#attribute" behind it; the string of
// an include statement with its quotes.
#include "source_lines.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
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
            SourcePart part = part_here();
            part.keyword = token_;
            next();
            if (part.keyword == "table" || part.keyword == "struct" || part.keyword == "enum" ||
                part.keyword == "union" || part.keyword == "rpc_service")
                read_definition(std::move(part));
            else
                read_statement(std::move(part));
            if (token_ == ";") next();
        }
    }

private:
    void read_namespace() {
        namespace_.clear();
        for (; !token_.empty() && token_ != ";"; next()) namespace_ += token_;
        if (!namespace_.empty()) namespace_ += ".";
    }

    void read_statement(SourcePart part) {
        if (part.keyword == "namespace") read_namespace();
        if (part.keyword == "include") add('"' + unquoted(token_) + '"');
        while (!token_.empty() && token_ != ";") next();
        add(std::move(part), position_);
    }

    void read_definition(SourcePart part) {
        part.definition = namespace_ + std::string{token_};
        part.name_end = position_;
        add(part.definition);
        read_head(part, part.definition, "{");
        next();
        while (!token_.empty() && token_ != "}") read_member(part);
        add(std::move(part), position_);
        if (!token_.empty()) next();
    }

    void read_member(const SourcePart& owner) {
        SourcePart part = part_here();
        part.definition = owner.definition;
        part.field = token_;
        const auto is_blank = [](unsigned char c) { return std::isspace(c) != 0; };
        part.field.erase(std::remove_if(part.field.begin(), part.field.end(), is_blank), part.field.end());
        std::replace(part.field.begin(), part.field.end(), '.', '_');  // so the library names members of unions
        part.keyword = owner.keyword;
        const std::string name = part.definition + ":" + part.field;
        add(name);
        read_head(part, name, ";,}");
        const bool is_ended = token_ == ";" || token_ == ",";
        add(std::move(part), is_ended ? position_ : token_begin());
        if (is_ended) next();
    }

    /// What stands before one of these tokens.
    void read_head(SourcePart& part, const std::string& name, std::string_view ends) {
        while (!token_.empty() && ends.find(token_) == std::string_view::npos) {
            if (token_ == "(") {
                if (part.head_end == 0) part.head_end = token_begin();
                read_attributes(part, name);
            } else if (token_ == "=") {
                next();
                part.value = token_;
                skip_value(ends);
            } else {
                next();
            }
        }
        if (part.head_end == 0) part.head_end = token_begin();
    }

    /// Up to the attributes: of parentheses those of a function stand close behind its name.
    void skip_value(std::string_view ends) {
        std::size_t depth = 0;
        for (bool is_name = false; !token_.empty(); next()) {
            if (token_ == "(") {
                if (depth == 0 && !is_name) return;
                ++depth;
            } else if (depth == 0 && ends.find(token_) != std::string_view::npos) {
                return;
            } else if (token_ == ")") {
                --depth;
            }
            is_name = position_ < text_.size() && text_[position_] == '(' &&
                      std::isdigit(static_cast<unsigned char>(token_.front())) == 0;
        }
    }

    void read_attributes(const SourcePart& owner, const std::string& name) {
        do {
            next();
            SourcePart part = part_here();
            part.definition = owner.definition;
            part.field = owner.field;
            part.keyword = owner.keyword;
            part.attribute = unquoted(token_);
            const std::string key = name + "#" + part.attribute;
            if (!add(key)) result_.repetitions_.emplace(key, line_);
            std::size_t end = position_;
            for (bool is_value = false; !token_.empty() && token_ != "," && token_ != ")"; next()) {
                if (is_value) part.value += unquoted(token_);
                is_value = is_value || token_ == ":";
                end = position_;
            }
            if (part.attribute != ")") add(std::move(part), end);
        } while (token_ == ",");
        if (!token_.empty()) next();
    }

    /// The content of a string, in which a backslash stands before a quote; any other token as it is.
    static std::string unquoted(std::string_view token) {
        if (token.size() < 2 || (token.front() != '"' && token.front() != '\'')) return std::string{token};
        std::string text;
        for (std::size_t i = 1; i + 1 < token.size(); ++i) {
            if (token[i] == '\\' && i + 2 < token.size()) ++i;
            text += token[i];
        }
        return text;
    }

    /// One that begins with the token, which is its name.
    [[nodiscard]] SourcePart part_here() const {
        SourcePart part;
        part.space = namespace_;
        part.line = line_;
        part.begin = token_begin();
        part.name_end = position_;
        return part;
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
            skip_word();
        } else {
            ++position_;
        }
        token_ = text_.substr(begin, position_ - begin);
    }

    /// A name may have blanks around its dots.
    void skip_word() {
        for (bool goes_on = true; goes_on;) {
            while (position_ < text_.size() && is_word(text_[position_])) ++position_;
            const std::size_t end = position_;
            const std::size_t line = current_line_;
            skip_blanks();
            goes_on = position_ != end && position_ < text_.size() && is_word(text_[position_]) &&
                      (text_[position_] == '.' || text_[end - 1] == '.');
            if (goes_on) continue;
            position_ = end;
            current_line_ = line;
        }
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
                for (const char c : rest.substr(0, end))
                    if (c == '\n') result_.lines_in_comments_.insert(++current_line_);
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
    std::size_t line_ = 1;  // of the token
    std::string_view token_;
    std::string namespace_;
};

std::string text_of(const std::string& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

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
