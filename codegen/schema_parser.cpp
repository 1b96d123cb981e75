#include "schema_parser.hpp"

#include <flatbuffers/util.h>

#include <cctype>
#include <filesystem>

namespace cambium::codegen {

namespace {

/// The parser writes "/full/path/shop.fbs:7: 12: error: sentence", after its warnings, a line each; we write
/// "shop.fbs:7: sentence" and keep the path as the caller gave it.
std::string rephrase(std::string message, const std::string& file) {
    for (std::size_t end = message.find('\n'); end != std::string::npos && message.find(": warning: ") < end;
         end = message.find('\n'))
        message.erase(0, end + 1);
    while (!message.empty() && std::isspace(static_cast<unsigned char>(message.back())) != 0) message.pop_back();
    const std::string full_path = flatbuffers::AbsolutePath(file);
    if (message.compare(0, full_path.size(), full_path) == 0) message = file + message.substr(full_path.size());
    const std::size_t marker = message.find(": error: ");
    if (marker == std::string::npos) return message;
    const std::size_t column = message.rfind(": ", marker - 1);
    const std::size_t place_end = column == std::string::npos ? marker : column;
    std::string sentence = message.substr(marker + std::string{": error: "}.size());
    // A type that is nowhere is missed at the end, and the first use of it told in full.
    const std::string origin = ", originally at: ";
    const std::size_t use = sentence.find(origin);
    if (use == std::string::npos) return message.substr(0, place_end) + ": " + sentence;
    std::string place = sentence.substr(use + origin.size());
    if (place.compare(0, full_path.size(), full_path) == 0) place = file + place.substr(full_path.size());
    return place + ": " + sentence.substr(0, use);
}

}  // namespace

flatbuffers::IDLOptions parser_options() {
    flatbuffers::IDLOptions options;
    options.lang_to_generate |= flatbuffers::IDLOptions::kCpp;
    return options;
}

bool parse(flatbuffers::Parser& parser, const std::string& file, const std::string& text,
           const std::vector<std::string>& include_folders, Diagnostics& diagnostics) {
    const std::string folder = std::filesystem::path{file}.parent_path().string();
    std::vector<const char*> folders{folder.c_str()};
    for (const std::string& include_folder : include_folders) folders.push_back(include_folder.c_str());
    folders.push_back(nullptr);
    if (text.find('\0') != std::string::npos) {
        diagnostics.report("the file holds a NUL byte; a schema is text");
        return false;
    }
    if (parser.Parse(text.c_str(), folders.data(), file.c_str())) return true;
    diagnostics.report_placed(rephrase(parser.error_, file));
    return false;
}

}  // namespace cambium::codegen
