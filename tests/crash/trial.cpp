#include "trial.hpp"

#include <algorithm>
#include <exception>

#include "cambium/base/error.hpp"
#include "cambium/kv/maintenance.hpp"
#include "store_content.hpp"

namespace cambium::test {

namespace {

std::string describe(const Trees& trees) {
    std::string text;
    for (const auto& [name, entries] : trees) {
        text.append(text.empty() ? "" : ", ").append(name).append(": ").append(std::to_string(entries.size()));
        if (!entries.empty()) text.append(" from \"").append(entries.begin()->first).append("\"");
    }
    return "{" + text + "}";
}

std::string first_difference(const Trees& found, const Trees& wanted) {
    for (const auto& [name, entries] : wanted) {
        const auto tree = found.find(name);
        if (tree == found.end()) return "tree " + name + " is missing";
        for (const auto& [key, value] : entries) {
            const auto entry = tree->second.find(key);
            if (entry == tree->second.end()) return name + "/" + key + " is missing";
            if (entry->second != value) return name + "/" + key + " has another value";
        }
        if (tree->second.size() != entries.size()) return "tree " + name + " has more entries";
    }
    return "there are more trees";
}

std::string check_store(kv::Environment& environment) {
    const kv::CheckReport report = kv::check(environment);
    if (report.ok()) return {};
    const kv::Finding& first = report.findings.front();
    return "check(): page " + std::to_string(first.page) + ", tree " + first.tree + ": " + first.what;
}

void replace_first_pair(kv::WriteTransaction& txn, const std::string& name,
                        std::map<std::string, std::string>& pairs) {
    const kv::Tree tree = txn.tree(name);
    const std::string first = pairs.begin()->first;
    const std::string key = first.substr(0, first.find('\0'));
    std::string value = first.substr(key.size() + 1);
    txn.erase(tree, key, value);
    value.back() = static_cast<char>(value.back() ^ 1);
    txn.put(tree, key, value);
    pairs.erase(first);
    pairs[pair_entry(key, value)];
}

// The commit after the crash writes into every tree, so that it takes the place of what the crash interrupted.
Trees write_on(kv::Environment& environment, const Trees& found, Recorder& recorder) {
    Trees next = found;
    kv::WriteTransaction txn = environment.begin_write();
    for (auto& [name, entries] : next) {
        if (entries.empty()) continue;
        if (txn.options(txn.tree(name)).duplicates) {
            replace_first_pair(txn, name, entries);
            continue;
        }
        std::string& value = entries.begin()->second;
        for (char& c : value) c = static_cast<char>(c ^ 1);
        txn.put(txn.tree(name), entries.begin()->first, value);
    }
    next["witness"]["after the crash"] += "+";
    txn.put(txn.create_tree("witness"), "after the crash", next["witness"]["after the crash"]);
    recorder.attempt(next);
    txn.commit();
    recorder.acknowledge(next);
    return next;
}

std::string run_trial(const std::string& path, const std::vector<const Trees*>& acceptable, Recorder& recorder) {
    kv::Options options;
    options.create = false;
    kv::Environment environment = kv::Environment::open(path, options);
    const Trees found = content_of(environment);
    if (std::none_of(acceptable.begin(), acceptable.end(), [&](const Trees* trees) { return *trees == found; }))
        return "found " + describe(found) + ", wanted " + describe(*acceptable.front()) + " or " +
               std::to_string(acceptable.size() - 1) + " other: " + first_difference(found, *acceptable.back());
    recorder.acknowledge(found);  // what was shown once must stay
    if (std::string wrong = check_store(environment); !wrong.empty()) return wrong;

    const Trees next = write_on(environment, found, recorder);
    if (std::string wrong = check_store(environment); !wrong.empty()) return "after one more commit: " + wrong;
    environment.close();
    environment = kv::Environment::open(path, options);
    if (content_of(environment) != next) return "one more commit is not there after a close";
    if (environment.recovery().unclean) return "an orderly close was not recognised";
    environment.close();
    return {};
}

}  // namespace

std::string try_store(const std::string& path, const std::vector<const Trees*>& acceptable, Recorder& recorder) {
    const Observation observation{recorder};
    try {
        return run_trial(path, acceptable, recorder);
    } catch (const std::exception& error) {
        return std::string{"an error: "} + error.what();
    }
}

}  // namespace cambium::test
