// A record in a file: what a process that is killed leaves to the test.
//
// Thread rule: none is needed, each call is on its own.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "file_bytes.hpp"
#include "file_record.hpp"

namespace cambium::test {

inline void save_record(const std::string& path, const Record& record) {
    std::string file;
    const auto number = [&](std::uint64_t n) { file.append(reinterpret_cast<const char*>(&n), sizeof n); };
    const auto text = [&](const std::string& bytes) {
        number(bytes.size());
        file += bytes;
    };
    number(record.events.size());
    for (const Event& event : record.events) {
        number(static_cast<std::uint64_t>(event.kind));
        number(event.offset);
        text(event.bytes);
        number(event.state);
    }
    number(record.states.size());
    for (const Trees& trees : record.states) {
        number(trees.size());
        for (const auto& [name, entries] : trees) {
            text(name);
            number(entries.size());
            for (const auto& [key, value] : entries) {
                text(key);
                text(value);
            }
        }
    }
    write_file(path, file);
}

inline Record load_record(const std::string& path) {
    const std::string file = read_file(path);
    std::size_t at = 0;
    const auto number = [&] {
        std::uint64_t n = 0;
        std::memcpy(&n, file.data() + at, sizeof n);
        at += sizeof n;
        return n;
    };
    const auto text = [&] {
        const std::uint64_t size = number();
        at += size;
        return file.substr(at - size, size);
    };
    Record record;
    for (std::uint64_t events = number(); events > 0; --events) {
        Event& event = record.events.emplace_back();
        event.kind = static_cast<Event::Kind>(number());
        event.offset = number();
        event.bytes = text();
        event.state = number();
    }
    for (std::uint64_t states = number(); states > 0; --states) {
        Trees& trees = record.states.emplace_back();
        for (std::uint64_t count = number(); count > 0; --count) {
            auto& entries = trees[text()];
            for (std::uint64_t left = number(); left > 0; --left) {
                std::string key = text();
                entries.emplace(std::move(key), text());
            }
        }
    }
    return record;
}

}  // namespace cambium::test
