// Processes of a test: a function run in a forked child, with a pipe back to the parent.
//
// Fork before any environment is opened in the parent, unless the test is about just that. Thread rule: one thread.
#pragma once

#include <csignal>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace cambium::test {

/// By all tests of the program.
inline std::uint64_t children_started = 0;
/// Those that somebody has waited for and that SIGKILL had ended.
inline std::uint64_t children_killed = 0;

/// A child process and both ends of its conversation. Killed and reaped when this is destroyed.
class Child {
public:
    /// The child's side of the conversation.
    class Pipe {
    public:
        Pipe(int in, int out) : in_(in), out_(out) {}
        void send(std::uint64_t number) const {
            if (::write(out_, &number, sizeof number) != static_cast<ssize_t>(sizeof number)) ::_exit(99);
        }
        void send_text(const std::string& text) const {
            if (::write(out_, text.data(), text.size()) < 0) ::_exit(99);
        }
        /// The parent's next number; the child ends when the parent has gone.
        [[nodiscard]] std::uint64_t receive() const {
            std::uint64_t number = 0;
            if (::read(in_, &number, sizeof number) != static_cast<ssize_t>(sizeof number)) ::_exit(98);
            return number;
        }

    private:
        int in_;
        int out_;
    };

    /// Runs body(Pipe&) in a child; an exception's text is sent as its last words, with exit status 1.
    template <class Body>
    explicit Child(Body&& body) {
        int down[2];
        int up[2];
        REQUIRE(::pipe(down) == 0);
        REQUIRE(::pipe(up) == 0);
        id_ = ::fork();
        REQUIRE(id_ >= 0);
        if (id_ == 0) {
            ::close(down[1]);
            ::close(up[0]);
            run(Pipe{down[0], up[1]}, body);
        }
        ::close(down[0]);
        ::close(up[1]);
        to_child_ = down[1];
        from_child_ = up[0];
        ++children_started;
    }
    ~Child() {
        if (id_ > 0) {
            ::kill(id_, SIGKILL);
            ::waitpid(id_, nullptr, 0);
        }
        ::close(to_child_);
        ::close(from_child_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    void send(std::uint64_t number) const {
        const ssize_t sent = ::write(to_child_, &number, sizeof number);
        REQUIRE(sent == static_cast<ssize_t>(sizeof number));
    }
    /// The child's next number; false when it has ended without one.
    [[nodiscard]] bool receive(std::uint64_t& number) const {
        return ::read(from_child_, &number, sizeof number) == static_cast<ssize_t>(sizeof number);
    }
    [[nodiscard]] std::uint64_t receive() const {
        std::uint64_t number = 0;
        REQUIRE(receive(number));
        return number;
    }
    /// Everything the child still says, until it ends.
    [[nodiscard]] std::string last_words() const {
        std::string text;
        char buffer[512];
        for (ssize_t got = 0; (got = ::read(from_child_, buffer, sizeof buffer)) > 0;)
            text.append(buffer, static_cast<std::size_t>(got));
        return text;
    }
    void kill() const { ::kill(id_, SIGKILL); }
    /// Stops the process where it is; returns when it has stopped.
    void stop() const {
        int status = 0;
        ::kill(id_, SIGSTOP);
        REQUIRE(::waitpid(id_, &status, WUNTRACED) == id_);
        REQUIRE(WIFSTOPPED(status));
    }
    void resume() const { ::kill(id_, SIGCONT); }
    [[nodiscard]] pid_t id() const noexcept { return id_; }
    /// Waits for the end. The status as of waitpid.
    int wait() {
        int status = 0;
        ::waitpid(std::exchange(id_, -1), &status, 0);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) ++children_killed;
        return status;
    }
    /// Waits, and requires an end without an error.
    void require_success() {
        const std::string words = last_words();
        const int status = wait();
        INFO(words);
        REQUIRE(WIFEXITED(status));
        REQUIRE(WEXITSTATUS(status) == 0);
    }

private:
    template <class Body>
    [[noreturn]] static void run(Pipe pipe, Body&& body) {
        ::signal(SIGPIPE, SIG_DFL);
        try {
            body(pipe);
            ::_exit(0);
        } catch (const std::exception& error) {
            pipe.send_text(error.what());
            ::_exit(1);
        }
    }

    pid_t id_ = -1;
    int to_child_ = -1;
    int from_child_ = -1;
};

}  // namespace cambium::test
