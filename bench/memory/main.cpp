// bench/memory: the private memory of an open store, of readers, and of writers by the size of their transaction,
// within the default of Options::write_memory_bytes and within a small one. See --help, and docs/performance.md.
//
// Each row is measured in a process of its own, so that no memory of the row before is used again.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "cambium/base/error.hpp"
#include "cambium/kv/environment.hpp"
#include "cambium/kv/maintenance.hpp"
#include "dataset.hpp"
#include "machine.hpp"
#include "memory/accounting.hpp"
#include "scale/child.hpp"
#include "scale/scale.hpp"
#include "text.hpp"

namespace cambium::bench {
namespace {

constexpr char kUsage[] =
    "bench/memory: the private memory of an open store, of readers and of writers.\n\n"
    "  --records N        records of the store, with values of 100 bytes (default 4000000)\n"
    "  --most N           most puts of a transaction (default 1000000)\n"
    "  --dir FOLDER       where the stores are written: a folder on a real disk (default: here)\n"
    "  --markdown         print the table for docs/performance.md\n";

constexpr std::size_t kValueBytes = 100;
constexpr std::size_t kReaders = 1000;
constexpr std::uint64_t kSmallBudget = std::uint64_t{8} << 20;

struct MemoryOptions {
    std::uint64_t records = 4'000'000;
    std::uint64_t most = 1'000'000;
    std::string directory = ".";
    bool markdown = false;
    bool help = false;
};

/// What something holds, in bytes.
struct Holding {
    double heap = 0;
    double pages = 0;    ///< anonymous ones
    double spilled = 0;  ///< in a temporary file
    double kept = 0;     ///< of the heap, after the end

    [[nodiscard]] std::vector<double> numbers() const { return {heap, pages, spilled, kept}; }
};

/// Tells what was taken since it was made.
class Gauge {
public:
    Gauge() {
        trim_heap();
        pages_ = anonymous_bytes();
        heap_ = heap_bytes();
    }
    [[nodiscard]] double heap() const { return since(heap_bytes(), heap_); }
    [[nodiscard]] Holding holding() const {
        const double heap_now = heap();
        return {heap_now, since(anonymous_bytes(), pages_), 0, 0};
    }

private:
    static double since(std::uint64_t now, std::uint64_t before) {
        return now > before ? static_cast<double>(now - before) : 0;
    }
    std::uint64_t heap_ = 0;
    std::uint64_t pages_ = 0;
};

Holding measure(const std::function<Holding()>& work) {
    const std::vector<double> numbers = in_child([&] { return work().numbers(); });
    return {numbers.at(0), numbers.at(1), numbers.at(2), numbers.at(3)};
}

// ---- Cambium ----------------------------------------------------------------------------------------------

class CambiumStore {
public:
    CambiumStore(std::string path, std::uint64_t records) : path_(std::move(path)), records_(records) {
        kv::Environment environment = kv::Environment::open(path_);
        for (std::uint64_t number = 0; number < records;) {
            kv::WriteTransaction txn = environment.begin_write();
            const kv::Tree tree = txn.create_tree(kTree);
            for (const std::uint64_t end = std::min(records, number + 100'000); number < end; ++number)
                txn.append(tree, NumberKey(number).view(), value_of(number, kValueBytes));
            txn.commit(kv::Durability::deferred);
        }
        environment.close();
    }

    [[nodiscard]] Holding open_store() const {
        return measure([&] {
            const Gauge gauge;
            const kv::Environment environment = kv::Environment::open(path_);
            return gauge.holding();
        });
    }

    /// Open, every page read, and ready to write: the map of free space is loaded by the first commit.
    [[nodiscard]] Holding used_store() const {
        return measure([&] {
            const Gauge gauge;
            kv::Environment environment = kv::Environment::open(path_);
            put(environment, 1).commit();
            const kv::ReadTransaction txn = environment.begin_read();
            kv::Cursor cursor = txn.cursor(txn.tree(kTree));
            std::uint64_t entries = 0;
            while (cursor.next()) ++entries;
            if (entries != records_) throw Error(ErrorCode::corrupt, "records of a load are lost");
            return gauge.holding();
        });
    }

    /// One of many readers, each of which has read by get and by cursor.
    [[nodiscard]] Holding reader() const {
        return measure([&] {
            kv::Environment environment = kv::Environment::open(path_);
            const Gauge gauge;
            std::vector<kv::ReadTransaction> readers;
            std::vector<kv::Cursor> cursors;
            for (std::size_t i = 0; i < kReaders; ++i) {
                readers.push_back(environment.begin_read());
                const kv::Tree tree = readers.back().tree(kTree);
                cursors.push_back(readers.back().cursor(tree));
                if (!readers.back().get(tree, random_key(i).view()) || !cursors.back().seek(random_key(i).view()))
                    throw Error(ErrorCode::corrupt, "a record of a load is lost");
            }
            const Holding all = gauge.holding();
            return Holding{all.heap / kReaders, all.pages / kReaders, 0, 0};
        });
    }

    /// An open store with a writer just before its commit.
    [[nodiscard]] Holding writer(std::uint64_t puts, std::uint64_t budget) const {
        return measure([&] {
            const Gauge gauge;
            kv::Environment environment = kv::Environment::open(path_, {.write_memory_bytes = budget});
            kv::WriteTransaction txn = put(environment, puts);
            Holding holding = gauge.holding();
            holding.spilled = static_cast<double>(txn.memory().spilled_bytes);
            txn.commit();
            holding.kept = gauge.heap();
            (void)kv::compact(environment);  // so that the next writer finds the store as this one did
            return holding;
        });
    }

private:
    static constexpr char kTree[] = "memory";

    [[nodiscard]] NumberKey random_key(std::uint64_t i) const { return NumberKey(mix(i) % records_); }

    [[nodiscard]] kv::WriteTransaction put(kv::Environment& environment, std::uint64_t puts) const {
        kv::WriteTransaction txn = environment.begin_write();
        const kv::Tree tree = txn.tree(kTree);
        for (std::uint64_t i = 0; i < puts; ++i) txn.put(tree, random_key(i).view(), value_of(i + 1, kValueBytes));
        return txn;
    }

    std::string path_;
    std::uint64_t records_;
};

// ---- LMDB -------------------------------------------------------------------------------------------------

class PeerStore {
public:
    PeerStore(const std::string& engine, std::string folder, std::uint64_t records)
        : store_(engine, std::move(folder)), records_(records) {
        store_.open();
        load_in_order(store_.session(), records, kValueBytes);
        store_.close();
    }

    [[nodiscard]] Holding open_store() {
        return measure([&] {
            const Gauge gauge;
            store_.open();
            return gauge.holding();
        });
    }

    [[nodiscard]] Holding writer(std::uint64_t puts) {
        return measure([&] {
            const Gauge gauge;
            store_.open();
            Session& session = store_.session();
            session.begin_write(WriteOrder::random);
            for (std::uint64_t i = 0; i < puts; ++i)
                session.put(NumberKey(mix(i) % records_).view(), value_of(i + 1, kValueBytes));
            Holding holding = gauge.holding();
            session.commit();
            holding.kept = gauge.heap();
            return holding;
        });
    }

private:
    Contestant store_;
    std::uint64_t records_;
};

// ---- The table --------------------------------------------------------------------------------------------

std::string format_bytes(double bytes) {
    if (bytes >= 1 << 20) return format_number(bytes / (1 << 20), bytes < 100 << 20 ? 1 : 0) + " MiB";
    if (bytes >= 1 << 10) return format_number(bytes / (1 << 10), 1) + " KiB";
    return format_number(bytes, 0) + " B";
}

class MemoryTable {
public:
    void add(const std::string& what, const std::string& engine, const Holding& holding, bool writer) {
        table_.rows.push_back({what, engine, format_bytes(holding.heap), format_bytes(holding.pages),
                               writer ? format_bytes(holding.spilled) : "",
                               writer ? format_bytes(holding.kept) : ""});
    }
    void print(bool markdown) const { print_table(stdout, table_, 2, markdown); }

private:
    Table table_{{"what", "engine", "heap", "anonymous pages", "spilled", "heap after commit"}, {}};
};

std::string writer_name(std::uint64_t puts, const std::string& suffix = {}) {
    return "with a writer, " + short_count(puts) + (puts == 1 ? " random update" : " random updates") + suffix;
}

void add_cambium(MemoryTable& table, Progress& progress, const MemoryOptions& options, const std::string& path) {
    progress.say("memory: cambium: load");
    const CambiumStore store(path, options.records);
    const auto add = [&](const std::string& what, auto&& held, bool writer) {
        progress.say("memory: cambium: " + what);
        table.add(what, "cambium", held(), writer);
    };
    add(
        "an open store", [&] { return store.open_store(); }, false);
    add(
        "the same, every page read, ready to write", [&] { return store.used_store(); }, false);
    add(
        "each of 1000 readers with a cursor", [&] { return store.reader(); }, false);
    for (const std::uint64_t budget : {kv::Options{}.write_memory_bytes, kSmallBudget})
        for (std::uint64_t puts = 1; puts <= options.most; puts *= 100)
            add(
                writer_name(puts, ", " + std::to_string(budget >> 20) + " MiB allowed"),
                [&] { return store.writer(puts, budget); }, true);
}

void add_peer(MemoryTable& table, Progress& progress, const MemoryOptions& options, const std::string& engine,
              const std::string& folder) {
    progress.say("memory: " + engine + ": load");
    PeerStore store(engine, folder, options.records);
    table.add("an open store", engine, store.open_store(), false);
    for (std::uint64_t puts = 1; puts <= options.most; puts *= 100) {
        progress.say("memory: " + engine + ": " + writer_name(puts));
        table.add(writer_name(puts), engine, store.writer(puts), true);
    }
}

// ---- The command line -------------------------------------------------------------------------------------

[[noreturn]] void refuse(const std::string& sentence) {
    throw Error(ErrorCode::invalid_argument, sentence + "; see --help");
}

std::uint64_t parse_count(const std::string& option, const std::string& text) {
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || *rest != '\0' || number == 0 || number > 1'000'000'000)
        refuse(option + " takes a number from 1 to 1000000000, not \"" + text + "\"");
    return number;
}

MemoryOptions parse(int count, char** arguments) {
    MemoryOptions options;
    for (int i = 1; i < count; ++i) {
        const std::string word = arguments[i];
        if (word == "--help" || word == "--markdown") {
            (word == "--help" ? options.help : options.markdown) = true;
            continue;
        }
        if (i + 1 == count) refuse("option \"" + word + "\" is unknown or lacks its value");
        const std::string value = arguments[++i];
        if (word == "--records") {
            options.records = parse_count(word, value);
        } else if (word == "--most") {
            options.most = parse_count(word, value);
        } else if (word == "--dir") {
            options.directory = value;
        } else {
            refuse("there is no option \"" + word + "\"");
        }
    }
    return options;
}

int run(const MemoryOptions& options) {
    if (options.help) {
        std::fputs(kUsage, stdout);
        return 0;
    }
    const WorkFolder folder(options.directory);
    MemoryTable table;
    {
        Progress progress;
        add_cambium(table, progress, options, folder.file("cambium"));
        for (const std::unique_ptr<Engine>& engine : make_engines())
            if (engine->name() == "lmdb") add_peer(table, progress, options, "lmdb", folder.file("lmdb"));
    }
    for (const auto& [name, fact] : describe_machine(options.directory))
        std::printf("%s: %s\n", name.c_str(), fact.c_str());
    std::printf("records: %s of 108 bytes\n\n", short_count(options.records).c_str());
    table.print(options.markdown);
    return 0;
}

}  // namespace
}  // namespace cambium::bench

int main(int count, char** arguments) {
    try {
        return cambium::bench::run(cambium::bench::parse(count, arguments));
    } catch (const cambium::Error& error) {
        std::fprintf(stderr, "memory: %s\n", error.what());
        return error.code() == cambium::ErrorCode::invalid_argument ? 2 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "memory: %s\n", error.what());
        return 1;
    }
}
