// The library reads files itself, through a function without a context: the texts that are to stand for files are
// at hand in a variable while it parses. One thread at a time.
#include "schema_parser.hpp"

#include <flatbuffers/util.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace cambium::codegen {

namespace {

const Texts* texts_in_use = nullptr;
flatbuffers::LoadFileFunction load_file = nullptr;
std::string file_with_nul;  // the first that was read, or empty: the library would take it for the end
std::size_t line_with_nul = 0;
std::map<std::string, std::string> paths;  // that files were read by, by file_key()

/// A file that was read by another path is taken for one without definitions.
bool load_text(const char* file, bool is_binary, std::string* text) {
    const std::string key = file_key(file);
    if (paths.emplace(key, file).first->second != file) {
        *text = "namespace;";
        return true;
    }
    const auto found = texts_in_use->find(key);
    if (found != texts_in_use->end())
        *text = found->second;
    else if (!load_file(file, is_binary, text))
        return false;
    const std::size_t nul = text->find('\0');
    if (file_with_nul.empty() && nul != std::string::npos) {
        file_with_nul = file;
        const auto end = text->begin() + static_cast<std::ptrdiff_t>(nul);
        line_with_nul = 1 + static_cast<std::size_t>(std::count(text->begin(), end, '\n'));
    }
    return true;
}

class TextsInUse {
public:
    explicit TextsInUse(const Texts& texts) {
        texts_in_use = &texts;
        file_with_nul.clear();
        paths.clear();
        load_file = flatbuffers::SetLoadFileFunction(load_text);
    }
    ~TextsInUse() { flatbuffers::SetLoadFileFunction(load_file); }
    TextsInUse(const TextsInUse&) = delete;
    TextsInUse& operator=(const TextsInUse&) = delete;
};

/// From "shop.fbs:7".
void set_place(ParseError& error, const std::string& place) {
    const std::size_t colon = place.rfind(':');
    error.file = place.substr(0, colon);
    error.line = colon == std::string::npos ? 0 : number_after(place, colon);
}

/// The parser writes "/full/path/shop.fbs:7: 12: error: sentence", after its warnings, a line each; of a number
/// that is none a second line says for what it is. Of a type that is nowhere it says so at the end of the file, and
/// the first use in full behind ", originally at: ".
ParseError read_message(std::string message, const std::string& file) {
    for (std::size_t end = message.find('\n'); end != std::string::npos && message.find(": warning: ") < end;
         end = message.find('\n'))
        message.erase(0, end + 1);
    while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back())) != 0) message.pop_back();
    const std::string marker = ": error: ";
    const std::string origin = ", originally at: ";
    const std::size_t place_end = message.find(marker);
    if (place_end == std::string::npos) return {file, 0, 0, message};
    const std::string beginning = message.substr(0, place_end + marker.size());
    ParseError error;
    error.sentence = message.substr(beginning.size());
    if (const std::size_t second = error.sentence.find("\n" + beginning); second != std::string::npos)
        error.sentence.erase(0, second + 1 + beginning.size());
    std::replace(error.sentence.begin(), error.sentence.end(), '\n', ' ');
    const std::size_t column = message.rfind(": ", place_end - 1);
    if (column != std::string::npos) error.column = number_after(message, column);
    set_place(error, message.substr(0, std::min(column, place_end)));
    if (const std::size_t use = error.sentence.find(origin); use != std::string::npos) {
        set_place(error, error.sentence.substr(use + origin.size()));
        error.sentence.erase(use);
        error.column = 0;
    }
    return error;
}

/// The library tells of a file by its full path.
void name_as_found(ParseError& error, const flatbuffers::Parser& parser, const std::string& file) {
    const std::string path = error.file;
    for (const auto& [found, unused] : parser.files_included_per_file_)
        if (path == flatbuffers::AbsolutePath(found)) error.file = found;
    if (path == flatbuffers::AbsolutePath(file)) error.file = file;
}

/// The shortest digits that read as this number, with a point or an exponent, as the library has them.
template <class Floating>
std::string spelled(Floating number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number > 0 ? "inf" : "-inf";
    std::array<char, 32> digits{};
    const std::string text{digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr};
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

/// The library keeps floating point and bool as they are written: .5 and 0.50, +Infinity, 7 for true. What the type
/// has no room for stays so.
std::string spelled_default(flatbuffers::BaseType type, const std::string& written) {
    if (type == flatbuffers::BASE_TYPE_BOOL) return written == "0" ? "0" : "1";
    if (!flatbuffers::IsFloat(type)) return written;
    const bool is_float = type == flatbuffers::BASE_TYPE_FLOAT;
    errno = 0;
    const float single = is_float ? std::strtof(written.c_str(), nullptr) : 0;
    const double number = is_float ? single : std::strtod(written.c_str(), nullptr);
    if (errno == ERANGE && (number == 0 || std::isinf(number))) return written;
    return is_float ? spelled(single) : spelled(number);
}

void spell_defaults(const flatbuffers::Parser& parser) {
    for (const flatbuffers::StructDef* record : parser.structs_.vec)
        for (flatbuffers::FieldDef* field : record->fields.vec)
            if (!field->IsScalarOptional())
                field->value.constant = spelled_default(field->value.type.base_type, field->value.constant);
}

}  // namespace

flatbuffers::IDLOptions parser_options() {
    flatbuffers::IDLOptions options;
    options.lang_to_generate |= flatbuffers::IDLOptions::kCpp;
    return options;
}

std::string file_key(const std::string& file) {
    std::error_code error;
    const auto path = std::filesystem::weakly_canonical(file, error);
    return error ? file : path.string();
}

std::size_t number_after(const std::string& text, std::size_t position) {
    return std::strtoull(text.c_str() + position + 1, nullptr, 10);
}

std::string ParseError::text() const {
    return file + ":" + (line == 0 ? "" : std::to_string(line) + ":") + " " + sentence;
}

std::optional<ParseError> try_parse(flatbuffers::Parser& parser, const std::string& file, const Texts& texts,
                                    const std::vector<std::string>& include_folders) {
    const std::string folder = std::filesystem::path{file}.parent_path().string();
    std::vector<const char*> folders{folder.c_str()};
    for (const std::string& include_folder : include_folders) folders.push_back(include_folder.c_str());
    folders.push_back(nullptr);
    const TextsInUse in_use{texts};
    std::string text;
    load_text(file.c_str(), true, &text);
    const bool is_parsed = parser.Parse(text.c_str(), folders.data(), file.c_str());
    if (!file_with_nul.empty())
        return ParseError{file_with_nul, line_with_nul, 0, "the file holds a NUL byte; a schema is text"};
    if (is_parsed) {
        spell_defaults(parser);
        return std::nullopt;
    }
    ParseError error = read_message(parser.error_, file);
    name_as_found(error, parser, file);
    return error;
}

bool parse(flatbuffers::Parser& parser, const std::string& file, const std::string& text,
           const std::vector<std::string>& include_folders, Diagnostics& diagnostics) {
    const auto error = try_parse(parser, file, {{file_key(file), text}}, include_folders);
    if (error) diagnostics.report_line(error->file, error->line, error->sentence);
    return !error;
}

}  // namespace cambium::codegen
