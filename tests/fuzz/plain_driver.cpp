// A target as a program of its own, for any compiler: replays files, or mutates them and the target's own seeds
// with a seeded generator. An input that ends the process is written to a file first, by the handler of the signal.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <random>

#include <fcntl.h>
#include <unistd.h>

#include "allocation_limit.hpp"
#include "file_bytes.hpp"
#include "mutator.hpp"
#include "target.hpp"

#if defined(__SANITIZE_ADDRESS__)
extern "C" void __sanitizer_set_death_callback(void (*callback)());
#endif

const std::size_t cambium::test::kMostAllocated = std::size_t{256} << 20;  // as under libFuzzer

namespace {

namespace fuzz = cambium::fuzz;

constexpr std::size_t kMostBytes = 65536;  ///< of a mutated input
constexpr unsigned kMostSeconds = 300;     ///< for one input

constexpr std::string_view kUsage =
    "[--seconds N | --inputs N] [--write FOLDER] [FILE | FOLDER]...\n"
    "  without options   runs every file once\n"
    "  --seconds N       then mutates them, and the seeds that the program makes itself, for so long\n"
    "  --inputs N        the same, so many of them\n"
    "  --write FOLDER    only writes the seeds that the program makes itself\n"
    "  CAMBIUM_SEED=<n> in the environment: the seed of the mutations; without it a random one\n";

std::string current_input;  // what to save when the process ends
std::string saved_path;     // where
std::atomic<bool> saved{false};

// Calls nothing but what a signal handler may.
void save_input() {
    if (saved.exchange(true)) return;
    const int descriptor = ::open(saved_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written = descriptor >= 0 && ::write(descriptor, current_input.data(), current_input.size()) ==
                                                static_cast<ssize_t>(current_input.size());
    const std::string_view words = written ? "\nfuzz: the input was saved; to repeat it, run this program with\n  "
                                           : "\nfuzz: the input could not be saved as\n  ";
    (void)!::write(STDERR_FILENO, words.data(), words.size());
    (void)!::write(STDERR_FILENO, saved_path.data(), saved_path.size());
    (void)!::write(STDERR_FILENO, "\n", 1);
}

void end_by_signal(int signal) {
    save_input();
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

void watch() {
    for (const int signal : {SIGABRT, SIGALRM, SIGILL, SIGFPE}) ::signal(signal, end_by_signal);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(save_input);
#else
    for (const int signal : {SIGSEGV, SIGBUS}) ::signal(signal, end_by_signal);
#endif
}

void run_one(std::string input) {
    current_input = std::move(input);
    ::alarm(kMostSeconds);
    fuzz::run(current_input);
    ::alarm(0);
}

struct Arguments {
    std::uint64_t seconds = 0;
    std::uint64_t inputs = 0;
    std::string write;
    std::vector<std::string> paths;
};

bool parse(int count, char** values, Arguments& arguments) {
    for (int i = 1; i < count; ++i) {
        const std::string_view name = values[i];
        if (!name.starts_with("--")) {
            arguments.paths.emplace_back(name);
            continue;
        }
        if (++i == count) return false;
        if (name == "--write") {
            arguments.write = values[i];
        } else if (name == "--seconds") {
            arguments.seconds = std::strtoull(values[i], nullptr, 10);
        } else if (name == "--inputs") {
            arguments.inputs = std::strtoull(values[i], nullptr, 10);
        } else {
            return false;
        }
    }
    return true;
}

std::vector<std::string> read_inputs(const std::vector<std::string>& paths) {
    std::vector<std::string> inputs;
    for (const std::string& path : paths) {
        if (!std::filesystem::exists(path)) throw std::runtime_error("there is no \"" + path + "\"");
        if (!std::filesystem::is_directory(path)) {
            inputs.push_back(cambium::test::read_file(path));
            continue;
        }
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator{path})
            if (entry.is_regular_file()) names.push_back(entry.path());
        std::sort(names.begin(), names.end());
        for (const std::string& name : names) inputs.push_back(cambium::test::read_file(name));
    }
    return inputs;
}

std::uint64_t seed_of_run() {
    const char* given = std::getenv("CAMBIUM_SEED");
    return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

int run_all(const std::string& name, const Arguments& arguments) {
    if (!arguments.write.empty()) {
        std::filesystem::create_directories(arguments.write);
        std::size_t number = 0;
        for (const std::string& seed : fuzz::seeds())
            cambium::test::write_file(arguments.write + "/seed-" + std::to_string(number++), seed);
        std::cout << name << ": wrote " << number << " seeds" << std::endl;
        return 0;
    }
    const std::uint64_t seed = seed_of_run();
    saved_path = std::filesystem::absolute(name + "-found-" + std::to_string(seed)).string();
    watch();
    std::vector<std::string> inputs = read_inputs(arguments.paths);
    for (const std::string& input : inputs) run_one(input);
    std::uint64_t done = inputs.size();
    if (arguments.seconds > 0 || arguments.inputs > 0) {
        for (std::string& made : fuzz::seeds()) {
            run_one(made);
            ++done;
            inputs.push_back(std::move(made));
        }
        inputs.emplace_back();
        fuzz::Mutator mutator{seed, fuzz::words()};
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{arguments.seconds};
        const auto more = [&] {
            return arguments.inputs > 0 ? done < arguments.inputs : std::chrono::steady_clock::now() < until;
        };
        for (; more(); ++done) {
            std::string input = inputs[mutator.below(inputs.size())];
            const std::string& other = inputs[mutator.below(inputs.size())];
            mutator.mutate(input, other, kMostBytes);
            run_one(std::move(input));
        }
    }
    std::cout << name << ": " << done << " inputs, seed " << seed << std::endl;
    return 0;
}

}  // namespace

int main(int count, char** values) {
    const std::string name = std::filesystem::path{values[0]}.filename();
    Arguments arguments;
    if (!parse(count, values, arguments)) {
        std::cerr << "usage: " << name << ' ' << kUsage;
        return 2;
    }
    try {
        return run_all(name, arguments);
    } catch (const std::exception& error) {
        std::cerr << name << ": " << error.what() << std::endl;
        if (!current_input.empty()) save_input();
        return 1;
    }
}
