// Damaged data files: every byte of every header of a small store, every damage of its whole pages, and random
// damage, alone and together, of a larger one. damaged_trial.hpp says what must hold.
//
// A program of its own rather than a doctest one: it goes on as long as it is told, and what ends the process is
// said with the trial that did it. The damaged file stays where it says.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>

#include <stdlib.h>
#include <unistd.h>

#include "allocation_limit.hpp"
#include "damage.hpp"
#include "damaged_trial.hpp"
#include "file_bytes.hpp"
#include "seed.hpp"
#include "store_content.hpp"
#include "store_samples.hpp"

const std::size_t cambium::test::kMostAllocated = std::size_t{64} << 20;  // the files are a few MB

namespace {

using namespace cambium;
using namespace cambium::test;

constexpr unsigned kMostSeconds = 120;  ///< for one trial
constexpr std::uint64_t kRandomTrials = 150;

constexpr const char* kUsage =
    "[--count N | --minutes M | --only N]\n"
    "  without options   every damage of the small stores, then 150 random ones of a larger store\n"
    "  --count N         N damages: some of the first kind when there are more of them, else all and random ones\n"
    "  --minutes M       all, then random ones, for so many minutes\n"
    "  --only N          the trial of this number alone\n"
    "  CAMBIUM_SEED=<n> in the environment: the seed; without it a random one\n";

char current[1024] = "before the first trial";  // what the handler of a signal says

void end_by_signal(int signal) {
    (void)!::write(STDERR_FILENO, "\ncorrupt: the process ends in ", 30);
    (void)!::write(STDERR_FILENO, current, std::strlen(current));
    (void)!::write(STDERR_FILENO, "\n", 1);
    ::signal(signal, SIG_DFL);
    ::raise(signal);
}

struct Base : DamagedBase {
    std::vector<Trees> states;  ///< what it may show, the newest last
};

/// Something of everything on few pages.
void change_a_little(kv::Environment& environment, std::uint64_t round) {
    const auto value = [&](std::uint64_t size) { return std::string(size, static_cast<char>('a' + round)); };
    kv::WriteTransaction txn = environment.begin_write();
    const kv::Tree records = txn.create_tree("records", {.counts = true});
    for (std::uint64_t i = round; i < 90; i += 1 + round)
        txn.put(records, "key " + std::to_string(i) + value(40), value(i));
    const kv::Tree reversed = txn.create_tree("reversed", {.key_order = kv::KeyOrder::reversed});
    for (std::uint64_t i = 0; i < 30; ++i) txn.put(reversed, std::to_string(i * 7 % 31), value(5));
    const kv::Tree pairs = txn.create_tree("pairs", {.counts = true, .duplicates = true});
    const kv::Tree fixed = txn.create_tree("fixed", {.duplicates = true, .fixed_value_size = 4});
    for (std::uint64_t i = 0; i < 80; ++i) {
        txn.put(pairs, "many", std::to_string(i * 7 % 81) + value(20));
        txn.put(pairs, std::to_string(i % 5), value(1 + i % 3));
        txn.put(fixed, i % 3 == 0 ? "few" : "many", std::to_string(1000 + i));
    }
    const kv::Tree large = txn.create_tree("large");
    txn.put(large, "one page", value(3000 + round));
    if (round % 2 == 0) txn.put(large, "pages", value(9000));
    (void)txn.create_tree("empty");
    txn.commit();
}

/// As an orderly close leaves it, and as a power cut behind the last commit does.
template <class Change>
void make_bases(const std::string& path, const std::string& name, int rounds, Change&& change,
                std::vector<Base>& bases) {
    Base unclean{{name + ", not closed", {}, {}}, {}};
    {
        kv::Environment environment = kv::Environment::open(path);
        for (int round = 0; round < rounds; ++round) {
            change(environment, round);
            if (round + 1 < rounds) unclean.older.push_back(read_file(path));
            unclean.states.push_back(content_of(environment));
        }
        unclean.bytes = read_file(path);
    }
    Base closed{{name + ", closed", read_file(path), unclean.older}, {unclean.states.back()}};
    unclean.states.erase(unclean.states.begin(), unclean.states.end() - 2);
    bases.push_back(std::move(closed));
    bases.push_back(std::move(unclean));
    std::filesystem::remove(path);
    std::filesystem::remove(path + "-lock");
}

struct Arguments {
    std::uint64_t count = 0;
    std::uint64_t minutes = 0;
    std::optional<std::uint64_t> only;
};

class Run {
public:
    Run(std::string directory, std::uint64_t seed) : directory_(std::move(directory)), seed_(seed) {
        make_bases(directory_ + "/origin", "small", 4, change_a_little, bases_);
        std::mt19937_64 random{seed};
        const auto change = [&](kv::Environment& environment, int) { change_randomly(environment, random, 500); };
        make_bases(directory_ + "/origin", "large", 4, change, bases_);
        for (std::size_t i = 0; i < 2; ++i)
            for (const Damage& damage : every_damage(bases_[i], i == 0 ? 1 : 16, random))
                planned_.emplace_back(i, damage);
        std::shuffle(planned_.begin(), planned_.end(), random);  // so that the first N are some of all
    }

    int all(const Arguments& arguments) {
        if (arguments.only.has_value()) {
            trial(*arguments.only);
        } else {
            const auto until = std::chrono::steady_clock::now() + std::chrono::minutes{arguments.minutes};
            const std::uint64_t count = arguments.count > 0 ? arguments.count : planned_.size() + kRandomTrials;
            while (done_ < count || (arguments.minutes > 0 && std::chrono::steady_clock::now() < until))
                trial(done_);
        }
        std::printf(
            "answers: %ju right, %ju refused; files: %ju times not opened, %ju with findings of check(), "
            "%ju salvaged\n",
            counts_.right, counts_.refused, counts_.not_opened, counts_.found, counts_.salvaged);
        std::printf("older pages: %ju files with some, check() had findings in %ju\n", stale_, stale_found_);
        std::printf("corrupt: %ju damages, seed %ju\n", done_, seed_);
        return 0;
    }

private:
    void trial(std::uint64_t number) {
        std::mt19937_64 random{seed_ + number};
        std::size_t which = 2 + random() % 2;
        std::vector<Damage> damages;
        if (number < planned_.size()) {
            which = planned_[number].first;
            damages.push_back(planned_[number].second);
        } else {
            for (std::uint64_t n = 1 + random() % 2 * (random() % 8); n > 0; --n)
                damages.push_back(some_damage(bases_[which], random));
        }
        const Base& base = bases_[which];
        std::string bytes = base.bytes;
        std::string text = "trial " + std::to_string(number) + " of seed " + std::to_string(seed_) + " (" +
                           directory_ + "/store), store \"" + base.name + "\": ";
        bool stale = false;
        for (const Damage& damage : damages) {
            inflict(base, damage, bytes);
            text += damage.text() + "; ";
            stale = stale || damage.kind == DamageKind::stale ||
                    (damage.kind == DamageKind::stale_slot && damages.size() > 1);
        }
        std::strncpy(current, text.c_str(), sizeof current - 1);
        const std::string path = directory_ + "/store";
        std::filesystem::remove(path + "-lock");
        write_file(path, bytes);
        const std::uint64_t found = counts_.found;
        ::alarm(kMostSeconds);
        try {
            DamagedTrial{path, base.states, stale, counts_}.run();
        } catch (const std::exception& error) {
            throw Broken(text + "\n  " + error.what() + "\n  to repeat it: CAMBIUM_SEED=" + std::to_string(seed_) +
                         " corrupt --only " + std::to_string(number));
        }
        ::alarm(0);
        ++done_;
        stale_ += stale ? 1 : 0;
        stale_found_ += stale && counts_.found > found ? 1 : 0;
    }

    std::string directory_;
    std::uint64_t seed_;
    std::vector<Base> bases_;
    std::vector<std::pair<std::size_t, Damage>> planned_;
    TrialCounts counts_;
    std::uint64_t done_ = 0;
    std::uint64_t stale_ = 0;
    std::uint64_t stale_found_ = 0;
};

bool parse(int count, char** values, Arguments& arguments) {
    if (count == 1) return true;
    if (count != 3) return false;
    const std::string_view name = values[1];
    char* end = nullptr;
    const std::uint64_t number = std::strtoull(values[2], &end, 10);
    if (end == values[2] || *end != '\0') return false;
    if (name == "--count" && number > 0) {
        arguments.count = number;
    } else if (name == "--minutes" && number > 0) {
        arguments.minutes = number;
    } else if (name == "--only") {
        arguments.only = number;
    } else {
        return false;
    }
    return true;
}

}  // namespace

int main(int count, char** values) {
    Arguments arguments;
    if (!parse(count, values, arguments)) {
        std::fprintf(stderr, "usage: corrupt %s", kUsage);
        return 2;
    }
    for (const int signal : {SIGABRT, SIGALRM, SIGILL, SIGFPE, SIGBUS}) ::signal(signal, end_by_signal);
#if !defined(__SANITIZE_ADDRESS__)
    ::signal(SIGSEGV, end_by_signal);
#endif
    std::string directory =
        ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/cambium-corrupt-XXXXXX" : "/tmp/cambium-corrupt-XXXXXX";
    if (::mkdtemp(directory.data()) == nullptr) {
        std::perror("corrupt: cannot make a directory");
        return 1;
    }
    try {
        const int status = Run{directory, seed()}.all(arguments);
        std::filesystem::remove_all(directory);
        return status;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "corrupt: %s\n", error.what());
        return 1;
    }
}
