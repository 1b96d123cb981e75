// Files, standard input and the output of a command, as streams.
#include "input.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <streambuf>
#include <system_error>
#include <utility>

namespace catalog {
namespace {

constexpr const char* kIndexCommand = "apt-cache dumpavail";

class FileInput final : public Input {
public:
    explicit FileInput(const std::string& path) : Input(path), file_(path, std::ios::binary) {
        if (!file_) throw std::runtime_error(path + " cannot be opened: " + std::generic_category().message(errno));
        if (std::filesystem::is_directory(path))
            throw std::runtime_error(path + " is a folder, not a Packages file");
    }
    std::istream& stream() override { return file_; }

private:
    std::ifstream file_;
};

class StandardInput final : public Input {
public:
    StandardInput() : Input("standard input") {}
    std::istream& stream() override { return std::cin; }
};

// Reads the output of a command through popen. The command is a constant of this file.
class CommandBuffer final : public std::streambuf {
public:
    explicit CommandBuffer(const std::string& command) : pipe_(::popen(command.c_str(), "r")) {}
    CommandBuffer(const CommandBuffer&) = delete;
    CommandBuffer& operator=(const CommandBuffer&) = delete;
    ~CommandBuffer() override { close(); }

    /// The status of the command, 0 for success.
    int close() {
        if (pipe_ == nullptr) return -1;
        return ::pclose(std::exchange(pipe_, nullptr));
    }

protected:
    int_type underflow() override {
        if (pipe_ == nullptr) return traits_type::eof();
        const std::size_t length = std::fread(bytes_.data(), 1, bytes_.size(), pipe_);
        setg(bytes_.data(), bytes_.data(), bytes_.data() + length);
        return length == 0 ? traits_type::eof() : traits_type::to_int_type(bytes_.front());
    }

private:
    std::FILE* pipe_;
    std::array<char, std::size_t{64} << 10> bytes_{};
};

class CommandInput final : public Input {
public:
    explicit CommandInput(const std::string& command) : Input(command), buffer_(command + " 2>/dev/null") {}
    std::istream& stream() override { return stream_; }
    void finish() override {
        if (buffer_.close() != 0) throw std::runtime_error(name() + " failed before it had written everything");
    }

private:
    CommandBuffer buffer_;
    std::istream stream_{&buffer_};
};

}  // namespace

std::unique_ptr<Input> open_input(const std::optional<std::string>& path) {
    if (path == "-") return std::make_unique<StandardInput>();
    if (path) return std::make_unique<FileInput>(*path);
    auto index = std::make_unique<CommandInput>(kIndexCommand);
    if (index->stream().peek() != std::istream::traits_type::eof()) return index;
    auto sample = std::make_unique<FileInput>(CATALOG_SAMPLE);
    sample->set_remark(std::string("this machine has no package index (") + kIndexCommand +
                       " gave nothing), so the sample in the repository serves");
    return sample;
}

}  // namespace catalog
