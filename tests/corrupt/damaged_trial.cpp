#include "damaged_trial.hpp"

#include <filesystem>
#include <optional>

#include "cambium/base/error.hpp"
#include "cambium/kv/maintenance.hpp"
#include "damage_errors.hpp"
#include "file_bytes.hpp"
#include "store_content.hpp"

namespace cambium::test {

namespace {

using kv::Environment;

constexpr ByteView kNewKey = "new key";
constexpr ByteView kNewValue = "new value";

}  // namespace

template <class Call>
bool DamagedTrial::attempt(const char* doing, Call&& call) {
    try {
        call();
        return true;
    } catch (const Error& error) {
        const std::string said = error.what();
        const bool nameless = error.code() == ErrorCode::not_found;
        if (!explains_failure(error.code(), stale_ || !verify_))
            throw Broken(std::string{doing} + " ended with another error than corrupt: " + said);
        // content_of() compares two numbers itself; with checksums verified they cannot differ.
        const bool counted = said.find("backward or by its record") != std::string::npos;
        if (counted && verify_ && !stale_) throw Broken(std::string{doing} + ": a wrong number of records");
        // Not verified, a reference may be to page 0, which is the commit record's: the sentence is about the
        // store.
        const bool page_zero = !verify_ && said.find("the store is damaged: ") != std::string::npos;
        if (!counted && !nameless && !page_zero && said.find("page ") == std::string::npos)
            throw Broken(std::string{doing} + " names no page: " + said);
        if (sound_) throw Broken(std::string{doing} + ", after check() found nothing: " + said);
        ++counts_.refused;
        return false;
    }
}

template <class Agrees>
void DamagedTrial::narrow(const char* doing, std::uint64_t& possible, Agrees&& agrees) {
    ++counts_.right;
    if (stale_) return;
    for (std::size_t i = 0; i < states_.size(); ++i)
        if (!agrees(states_[i])) possible &= ~(std::uint64_t{1} << i);
    if (possible == 0) throw Broken(std::string{doing} + ": a wrong answer");
}

// Without verification no answer is judged; none may be a crash.
void DamagedTrial::read(bool verify) {
    verify_ = verify;
    std::optional<Environment> opened;
    try {
        opened.emplace(Environment::open(path_, {.read_only = true, .verify_on_read = verify}));
    } catch (const Error& error) {
        if (!explains_refusal(error.code())) throw Broken(std::string{"open, to read: "} + error.what());
        ++counts_.not_opened;
        return;
    }
    Environment& environment = *opened;
    if (verify) {
        sound_ = kv::check(environment).ok();
        counts_.found += sound_ ? 0 : 1;
    }
    const kv::ReadTransaction txn = environment.begin_read();
    std::uint64_t possible = (std::uint64_t{1} << states_.size()) - 1;
    const auto judge = [&](const char* doing, auto&& agrees) {
        if (verify) narrow(doing, possible, agrees);
    };
    attempt("a scan of everything", [&] {
        const Trees found = content_of(txn);
        judge("a scan of everything", [&](const Trees& state) { return state == found; });
    });
    for (const auto& [wanted, entries] : states_.back()) {
        const std::string& name = wanted;
        std::optional<kv::Tree> tree;
        bool pairs = false;
        const bool there = attempt("find_tree", [&] {
            tree = txn.find_tree(name);
            judge("find_tree", [&](const Trees& state) { return state.contains(name) == tree.has_value(); });
            pairs = tree.has_value() && txn.options(*tree).duplicates;
        });
        if (!there || !tree.has_value()) continue;
        std::uint64_t skipped = 0;
        for (const auto& [key, value] : entries) {
            // Large stores: some of the keys.
            if (entries.size() > 300 && ++skipped % 16 != 0) continue;
            attempt("get", [&, &k = key] {
                const std::optional<ByteView> got = txn.get(*tree, k);
                if (pairs) return;  // k is a pair, which is no key
                judge("get", [&](const Trees& state) {
                    const auto in = state.find(name);
                    if (in == state.end()) return false;
                    const auto is = in->second.find(k);
                    return is == in->second.end() ? !got.has_value() : got == ByteView{is->second};
                });
            });
            attempt("seek", [&, &k = key] {
                kv::Cursor cursor = txn.cursor(*tree);
                if (cursor.seek(k) && cursor.next()) (void)cursor.previous();
            });
        }
    }
}

void DamagedTrial::write() {
    verify_ = true;
    const std::string copy = path_ + "-written";
    std::filesystem::remove(copy + "-lock");
    std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
    std::optional<Environment> opened;
    try {
        opened.emplace(Environment::open(copy, {.create = false, .verify_on_read = true}));
    } catch (const Error& error) {
        if (!explains_refusal(error.code())) throw Broken(std::string{"open, to write: "} + error.what());
        if (sound_) throw Broken(std::string{"open, after check() found nothing: "} + error.what());
        ++counts_.not_opened;
        return;
    }
    std::uint64_t possible = (std::uint64_t{1} << states_.size()) - 1;
    std::vector<std::string> names;
    std::optional<Trees> before;
    attempt("a scan before writing", [&] {
        before = content_of(*opened);
        narrow("a scan before writing", possible, [&](const Trees& state) { return state == *before; });
    });
    const bool written = attempt("a write transaction", [&] {
        kv::WriteTransaction txn = opened->begin_write();
        txn.each_tree([&](ByteView name, kv::Tree) { names.emplace_back(name); });
        for (const std::string& name : names) {
            const kv::Tree tree = txn.tree(name);
            kv::Cursor cursor = txn.cursor(tree);
            // Away and back: a writer copies the pages on both sides.
            for (const bool last : {false, true}) {
                if (last ? !cursor.last() : !cursor.first()) continue;
                const std::string key{cursor.key()};
                const std::string value{cursor.value()};
                const bool pairs = txn.options(tree).duplicates;
                // Among older pages keys need not be in order.
                if (!(pairs ? txn.erase(tree, key, value) : txn.erase(tree, key)) && !stale_)
                    throw Broken("a record that a cursor stands on cannot be erased");
                txn.put(tree, key, value);
            }
            if (txn.options(tree).fixed_value_size == 0) txn.put(tree, kNewKey, kNewValue);
        }
        txn.commit();
    });
    const auto require_written = [&](const char* doing, Environment& environment) {
        attempt(doing, [&] {
            const Trees found = content_of(environment);
            if (!before.has_value() || stale_) return;
            Trees expected = *before;
            if (written)
                for (auto& [name, entries] : expected) {
                    const kv::ReadTransaction txn = environment.begin_read();
                    const kv::TreeOptions options = txn.options(txn.tree(name));
                    if (options.fixed_value_size != 0) continue;
                    if (options.duplicates) {
                        entries[pair_entry(std::string{kNewKey}, kNewValue)] = {};
                    } else {
                        entries[std::string{kNewKey}] = kNewValue;
                    }
                }
            if (found != expected) throw Broken(std::string{doing} + ": a wrong answer");
        });
    };
    require_written("a scan after writing", *opened);
    if (!kv::check(*opened).ok() && sound_) throw Broken("a sound store is damaged by writing");
    opened.reset();
    try {
        Environment again = Environment::open(copy, {.read_only = true, .verify_on_read = true});
        require_written("a scan after writing and closing", again);
        if (!kv::check(again).ok() && sound_) throw Broken("a sound store is damaged by closing");
    } catch (const Error& error) {
        // Damage met by the close or by this open, in what was not damaged by it.
        if (!explains_refusal(error.code()) || sound_)
            throw Broken(std::string{"open, after writing: "} + error.what());
    }
}

void DamagedTrial::salvage() {
    const std::string target = path_ + "-salvaged";
    std::filesystem::remove(target);
    std::filesystem::remove(target + "-lock");
    kv::SalvageReport report;
    try {
        report = kv::salvage(path_, target);
    } catch (const Error& error) {
        if (!explains_refusal(error.code())) throw Broken(std::string{"salvage: "} + error.what());
        if (sound_) throw Broken(std::string{"salvage, after check() found nothing: "} + error.what());
        return;
    }
    if (sound_ && !report.complete()) throw Broken("salvage loses something of a sound store");
    Environment environment = Environment::open(target);
    if (!kv::check(environment).ok()) throw Broken("what salvage wrote is not sound");
    const Trees found = content_of(environment);
    std::uint64_t kept = 0;
    for (const auto& [name, entries] : found) kept += entries.size();
    std::uint64_t reported = 0;
    for (const kv::SalvagedTree& tree : report.trees) reported += tree.kept;
    if (kept != reported) throw Broken("salvage reports another number of records than it kept");
    counts_.salvaged += kept > 0 ? 1 : 0;
    std::uint64_t possible = (std::uint64_t{1} << states_.size()) - 1;
    if (report.mixed) return;  // it says itself that some of it may be older
    narrow("salvage", possible, [&](const Trees& state) {
        if (report.complete()) return state == found;
        for (const auto& [name, entries] : found) {
            const auto in = state.find(name);
            if (in == state.end() && name.starts_with("salvaged-")) continue;
            if (in == state.end()) return false;
            for (const auto& [key, value] : entries) {
                const auto is = in->second.find(key);
                if (is == in->second.end() || is->second != value) return false;
            }
        }
        return true;
    });
}

void DamagedTrial::run() {
    read(true);
    read(false);
    write();
    salvage();
}

}  // namespace cambium::test
