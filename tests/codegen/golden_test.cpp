// The generator's output for every schema of the repository equals the files in golden/, byte for byte.
//
// After a wanted change:  CAMBIUM_UPDATE_GOLDEN=1 ctest -R codegen_golden
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "generator.hpp"
#include "temporary_directory.hpp"

namespace {

const std::filesystem::path kGolden = std::filesystem::path{TESTS_FOLDER} / "golden";

std::string content_of(const std::filesystem::path& path) {
    std::ifstream stream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

std::vector<std::filesystem::path> schemas() {
    std::vector<std::filesystem::path> files;
    const std::filesystem::path folders[] = {SCHEMAS_FOLDER, kGolden.parent_path() / "schemas"};
    for (const auto& folder : folders)
        for (const auto& entry : std::filesystem::directory_iterator{folder})
            if (entry.path().extension() == ".fbs") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

TEST_CASE("generated text equals the golden files") {
    const bool update = std::getenv("CAMBIUM_UPDATE_GOLDEN") != nullptr;
    REQUIRE(schemas().size() >= 4);
    for (const auto& schema : schemas()) {
        CAPTURE(schema.string());
        const auto generated = cambium::codegen::generate(schema.string(), content_of(schema), {});
        REQUIRE(generated.errors.empty());
        REQUIRE(generated.files.size() >= 3);
        for (const auto& [name, text] : generated.files) {
            const auto path = kGolden / name;
            CAPTURE(path.string());
            if (update) {
                std::filesystem::create_directories(path.parent_path());
                std::ofstream{path, std::ios::binary} << text;
            }
            CHECK(content_of(path) == text);
        }
    }
}

TEST_CASE("generated text does not depend on where the schema lies") {
    const std::filesystem::path original = std::filesystem::path{TESTS_FOLDER} / "schemas";
    const cambium::test::TemporaryDirectory directory;
    const std::filesystem::path copy = directory.file("another folder");
    std::filesystem::create_directories(copy);
    std::filesystem::copy(original, copy);
    const std::string text = content_of(original / "everything.fbs");
    const auto here = cambium::codegen::generate((original / "everything.fbs").string(), text, {});
    const auto there = cambium::codegen::generate((copy / "everything.fbs").string(), text, {});
    CHECK(here.errors.empty());
    CHECK(here.files == there.files);
}

TEST_CASE("generated text keeps to the length of a line, apart from comments") {
    constexpr std::size_t kLineLength = 116;
    for (const auto& schema : schemas())
        for (const auto& [name, text] : cambium::codegen::generate(schema.string(), content_of(schema), {}).files)
            for (std::size_t begin = 0; begin < text.size();) {
                const std::size_t end = text.find('\n', begin);
                REQUIRE(end != std::string::npos);
                const std::string line = text.substr(begin, end - begin);
                CAPTURE(line);
                if (line.find("//") == std::string::npos) CHECK(line.size() <= kLineLength);
                if (!line.empty()) CHECK(line.back() != ' ');
                begin = end + 1;
            }
}

}  // namespace
