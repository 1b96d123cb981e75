#include "scale/child.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "cambium/base/error.hpp"

namespace cambium::bench {
namespace {

constexpr char kNumbers = 'n';
constexpr char kSentence = 's';

[[noreturn]] void fail(const std::string& what) {
    throw Error(ErrorCode::io, what + " failed: " + std::strerror(errno));
}

void write_all(int pipe, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t written = ::write(pipe, bytes.data() + at, bytes.size() - at);
        if (written <= 0) return;  // the parent is gone, and with it who could be told
        at += static_cast<std::size_t>(written);
    }
}

std::string read_all(int pipe) {
    std::string bytes;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(pipe, buffer, sizeof buffer)) != 0;) {
        if (got < 0 && errno != EINTR) fail("reading from a child");
        if (got > 0) bytes.append(buffer, static_cast<std::size_t>(got));
    }
    return bytes;
}

std::string answer_of(const std::function<std::vector<double>()>& work) {
    try {
        const std::vector<double> numbers = work();
        return kNumbers +
               std::string(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
    } catch (const std::exception& error) {
        return kSentence + std::string(error.what());
    }
}

}  // namespace

std::vector<double> in_child(const std::function<std::vector<double>()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) fail("pipe");
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        ::close(ends[0]);
        write_all(ends[1], answer_of(work));
        ::kill(::getpid(), SIGKILL);
    }
    ::close(ends[1]);
    const std::string answer = read_all(ends[0]);
    ::close(ends[0]);
    while (::waitpid(child, nullptr, 0) < 0)
        if (errno != EINTR) fail("waitpid");
    if (answer.empty()) throw Error(ErrorCode::io, "a child that measured ended without an answer");
    if (answer[0] != kNumbers) throw Error(ErrorCode::io, answer.substr(1));
    std::vector<double> numbers((answer.size() - 1) / sizeof(double));
    if (!numbers.empty()) std::memcpy(numbers.data(), answer.data() + 1, numbers.size() * sizeof(double));
    return numbers;
}

}  // namespace cambium::bench
