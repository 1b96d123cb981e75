#include "explorer.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "trial.hpp"

namespace cambium::test {

namespace {

constexpr std::uint8_t kWhole = 0xff;

std::string this_boot() {
    std::string id;
    std::ifstream{"/proc/sys/kernel/random/boot_id"} >> id;
    return id;
}

// 0 for zeros, so that a file which grows by a hole keeps its print.
std::uint64_t block_print(std::uint64_t block, std::string_view bytes) {
    const std::hash<std::string_view> hash;
    static const std::size_t zeros = hash(std::string(kBlockSize, '\0'));
    const std::size_t content = hash(bytes);
    if (content == zeros) return 0;
    std::uint64_t print = (content ^ (block + 1) * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
    return print ^ print >> 31U;
}

}  // namespace

std::uint64_t& states_tried() noexcept {
    static std::uint64_t tried = 0;
    return tried;
}
std::uint64_t& states_repeated() noexcept {
    static std::uint64_t repeated = 0;
    return repeated;
}

// ---- What is in flight ------------------------------------------------------------------------------------

void Explorer::explore_level(const std::string& image, const std::vector<const Trees*>& acceptable,
                             const Record& record, const Thoroughness& how, std::size_t depth) {
    Level level;
    level.file = std::make_unique<StateFile>(directory_ + "/state-" + std::to_string(depth));
    level.file->set_base(image);
    take_base_prints(level);
    level.acceptable = acceptable;
    for (const Event& event : record.events) {
        if (done()) return;
        switch (event.kind) {
            case Event::Kind::write:
                add_write(level, event);
                continue;
            case Event::Kind::resize:
                add_piece(level, {true, event.offset, {}, 0});
                continue;
            case Event::Kind::attempted:
                level.acceptable.push_back(&record.states[event.state]);
                continue;
            case Event::Kind::sync_begun:
                level.begun.push_back(level.issued);
                continue;
            case Event::Kind::sync:
                cut(level, how, depth);
                complete_sync(level);
                continue;
            case Event::Kind::failed_sync:
                fail_sync(level);
                break;
            case Event::Kind::withdrawn:
                level.acceptable.pop_back();
                break;
            case Event::Kind::acknowledged:
                acknowledge(level.acceptable, &record.states[event.state]);
                break;
        }
        cut(level, how, depth);
    }
    cut(level, how, depth);
}

void Explorer::add_write(Level& level, const Event& event) {
    for (std::size_t at = 0; at < event.bytes.size(); at += kBlockSize)
        add_piece(level, {false, event.offset + at, event.bytes.substr(at, kBlockSize), 0});
}

void Explorer::add_piece(Level& level, Piece piece) {
    piece.issued = level.issued++;
    level.pending.push_back(std::move(piece));
}

void Explorer::acknowledge(std::vector<const Trees*>& acceptable, const Trees* state) {
    acceptable.erase(acceptable.begin(), std::find(acceptable.begin(), acceptable.end(), state));
    if (acceptable.empty()) acceptable.push_back(state);
}

void Explorer::complete_sync(Level& level) {
    std::uint64_t covered = level.issued;
    if (!level.begun.empty()) {
        covered = level.begun.back();
        level.begun.pop_back();
    }
    std::vector<Piece> later;
    for (Piece& piece : level.pending) {
        if (piece.issued >= covered) {
            later.push_back(std::move(piece));
            continue;
        }
        if (piece.is_resize) {
            level.file->resize_base(piece.offset);
            continue;
        }
        level.file->change_base(piece.offset, piece.bytes);
        // Whatever became of an earlier write of the block, this one is over it.
        level.limbo.erase(std::remove_if(level.limbo.begin(), level.limbo.end(),
                                         [&](const Piece& lost) { return lost.offset == piece.offset; }),
                          level.limbo.end());
    }
    level.pending = std::move(later);
    take_base_prints(level);
}

// The kernel gives up pages that it could not write, and counts them as clean. The file's length stays dirty.
void Explorer::fail_sync(Level& level) {
    if (!level.begun.empty()) level.begun.pop_back();
    std::vector<Piece> resizes;
    for (Piece& piece : level.pending) (piece.is_resize ? resizes : level.limbo).push_back(std::move(piece));
    level.pending = std::move(resizes);
}

// ---- Which states a cut leaves ----------------------------------------------------------------------------

void Explorer::cut(Level& level, const Thoroughness& how, std::size_t depth) {
    Pieces pieces;
    for (const auto* list : {&level.limbo, &level.pending})
        for (const Piece& piece : *list) pieces.push_back(&piece);
    if (depth == 0) most_in_flight_ = std::max(most_in_flight_, pieces.size());
    cut_subsets(level, pieces, how, depth);
    if (pieces.empty()) return;
    if (how.tear_every_sector && pieces.size() <= how.exhaustive_blocks) cut_sectors(level, pieces, how, depth);
    cut_at_random(level, pieces, how, depth);
}

// Every subset, or when there are too many: nothing, all, all but one, only one, then at random.
void Explorer::cut_subsets(Level& level, const Pieces& pieces, const Thoroughness& how, std::size_t depth) {
    const std::size_t n = pieces.size();
    const bool exhaustive = n <= how.exhaustive_blocks;
    const std::size_t subsets = exhaustive ? std::size_t{1} << n : how.sampled_subsets;
    for (std::size_t subset = 0; subset < subsets && !done(); ++subset) {
        Choices choices(n);
        for (std::size_t i = 0; i < n; ++i) {
            bool in = false;
            if (exhaustive) {
                in = (subset >> i & 1U) != 0;
            } else if (subset < 2) {
                in = subset == 1;
            } else if (subset < 2 + 2 * n && subset < how.sampled_subsets / 2) {
                in = (subset % 2 == 0) == (i == (subset / 2 - 1) * 31 % n);
            } else {
                in = random(2) != 0;
            }
            choices[i].sectors = in ? kWhole : 0;
        }
        try_state(level, pieces, choices, how, depth);
    }
}

// Each block torn behind and before every sector, the other blocks whole.
void Explorer::cut_sectors(Level& level, const Pieces& pieces, const Thoroughness& how, std::size_t depth) {
    constexpr std::string_view kFillers = "szg";
    for (std::size_t torn = 0; torn < pieces.size(); ++torn)
        for (unsigned sector = 1; sector < kSectorsPerBlock && !pieces[torn]->is_resize; ++sector)
            for (const bool front : {true, false}) {
                if (done()) return;
                Choices choices(pieces.size(), Choice{kWhole, 's'});
                const auto front_sectors = static_cast<std::uint8_t>((1U << sector) - 1U);
                choices[torn].sectors = static_cast<std::uint8_t>(front ? front_sectors : kWhole ^ front_sectors);
                choices[torn].filler = kFillers[random(kFillers.size())];
                try_state(level, pieces, choices, how, depth);
            }
}

void Explorer::cut_at_random(Level& level, const Pieces& pieces, const Thoroughness& how, std::size_t depth) {
    for (std::size_t i = 0; i < how.random_states && !done(); ++i) {
        Choices choices(pieces.size());
        const std::uint64_t torn_one_in = 1 + random(8);
        for (Choice& choice : choices) {
            choice.sectors = random(2) != 0 ? kWhole : 0;
            choice.filler = "szg"[random(3)];
            if (random(torn_one_in) == 0) choice.sectors = static_cast<std::uint8_t>(random(256));
        }
        try_state(level, pieces, choices, how, depth);
    }
}

std::string Explorer::describe(const Pieces& pieces, const Choices& choices) {
    constexpr std::size_t kMost = 16;
    std::string text;
    for (std::size_t i = 0; i < std::min(pieces.size(), kMost); ++i) {
        text.append(pieces[i]->is_resize ? " length " : " block ")
            .append(std::to_string(pieces[i]->offset / kBlockSize));
        text.append(" sectors ").append(std::to_string(choices[i].sectors)).append(1, choices[i].filler);
    }
    return pieces.size() > kMost ? text + " ..." : text;
}

// ---- Trying one state -------------------------------------------------------------------------------------

std::string Explorer::arrived(const std::string& before, const Piece& piece, Choice choice) {
    std::string block = piece.bytes;
    for (std::size_t sector = 0; sector * kSectorSize < block.size(); ++sector) {
        if ((choice.sectors >> sector & 1U) != 0) continue;
        const std::size_t at = sector * kSectorSize;
        for (std::size_t i = at; i < std::min(at + kSectorSize, block.size()); ++i) {
            const char stale = i < before.size() ? before[i] : '\0';
            block[i] = choice.filler == 's' ? stale : choice.filler == 'z' ? '\0' : static_cast<char>(random_());
        }
    }
    return block;
}

Explorer::State Explorer::compose(const Level& level, const Pieces& pieces, const Choices& choices) {
    const std::string& base = level.file->base();
    State state;
    state.length = base.size();
    for (std::size_t i = 0; i < pieces.size(); ++i)
        if (pieces[i]->is_resize && choices[i].sectors != 0) state.length = pieces[i]->offset;
    // What stale sectors of a block hold: the base, or an earlier piece of the same block.
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const Piece& piece = *pieces[i];
        if (piece.is_resize || choices[i].sectors == 0) continue;
        auto found = state.blocks.find(piece.offset);
        if (found == state.blocks.end())
            found =
                state.blocks
                    .emplace(piece.offset, piece.offset < base.size() ? base.substr(piece.offset, kBlockSize) : "")
                    .first;
        found->second = choices[i].sectors == kWhole ? piece.bytes : arrived(found->second, piece, choices[i]);
    }
    return state;
}

void Explorer::build(Level& level, const State& state) {
    level.file->restore();
    level.file->set_file_length(state.length);
    for (const auto& [offset, bytes] : state.blocks) level.file->write(offset, bytes, state.length);
}

std::string Explorer::image_of(const Level& level, const State& state) {
    std::string image = level.file->base();
    image.resize(state.length, '\0');
    for (const auto& [offset, bytes] : state.blocks)
        if (offset < state.length)
            image.replace(offset, std::min<std::size_t>(bytes.size(), state.length - offset), bytes, 0,
                          state.length - offset);
    return image;
}

void Explorer::take_base_prints(Level& level) {
    const std::string_view base = level.file->base();
    level.base_prints.assign(1, 0);
    for (std::size_t at = 0; at < base.size(); at += kBlockSize)
        level.base_prints.push_back(level.base_prints.back() ^
                                    block_print(at / kBlockSize, base.substr(at, kBlockSize)));
}

std::optional<std::uint64_t> Explorer::print_of(const Level& level, const State& state) {
    const std::string& base = level.file->base();
    if (base.size() % kBlockSize != 0 || state.length % kBlockSize != 0) return std::nullopt;
    const std::uint64_t kept = std::min<std::uint64_t>(base.size(), state.length) / kBlockSize;
    std::uint64_t print = level.base_prints[kept];
    for (const auto& [offset, bytes] : state.blocks) {
        if (offset % kBlockSize != 0) return std::nullopt;
        if (offset >= state.length) continue;
        const std::uint64_t block = offset / kBlockSize;
        std::string content;
        if (block < kept) {
            content = base.substr(offset, kBlockSize);
            print ^= level.base_prints[block] ^ level.base_prints[block + 1];
        }
        content.resize(kBlockSize, '\0');
        content.replace(0, bytes.size(), bytes);
        print ^= block_print(block, content);
    }
    return print ^ state.length * 0x94d049bb133111ebU;
}

// After a power cut the lock file is of another boot, or was never written.
void Explorer::leave_lock_file(const std::string& path, bool keep) {
    static const std::string boot = this_boot();
    std::string bytes = keep ? read_file(path) : std::string{};
    const std::size_t at = bytes.find(boot);
    if (at == std::string::npos) {
        std::filesystem::remove(path);
        return;
    }
    bytes[at] = bytes[at] == '0' ? '1' : '0';
    write_file(path, bytes);
}

void Explorer::try_state(Level& level, const Pieces& pieces, const Choices& choices, const Thoroughness& how,
                         std::size_t depth) {
    if (one_in_ > 1 && random(one_in_) != 0) return;
    const bool nested = depth == 0 && how.nested_one_in != 0 && random(how.nested_one_in) == 0;
    const State state = compose(level, pieces, choices);
    const bool keep_lock_file = random(4) == 0;
    const std::optional<std::uint64_t> print = print_of(level, state);
    const auto known = print ? level.found.find(*print) : level.found.end();
    if (known == level.found.end()) {
        ++tried_;
        ++states_tried();
    } else if (!nested && std::find(level.acceptable.begin(), level.acceptable.end(), known->second) !=
                              level.acceptable.end()) {
        ++states_repeated();
        return;
    }
    build(level, state);
    leave_lock_file(level.file->path() + "-lock", keep_lock_file);
    Recorder recorder;
    const std::string wrong = try_store(level.file->path(), level.acceptable, recorder);
    for (const Event& event : recorder.record().events) {
        if (event.kind == Event::Kind::write) level.file->mark(event.offset, event.bytes.size());
        if (event.kind == Event::Kind::resize) level.file->mark_cut(event.offset);
    }
    level.file->mark(level.file->base().size() / kBlockSize * kBlockSize, kBlockSize);
    if (!wrong.empty()) {
        complaints_.push_back("state " + std::to_string(tried_) + " (depth " + std::to_string(depth) +
                              ", in flight:" + describe(pieces, choices) + "): " + wrong);
        return;
    }
    if (print) {
        const Trees& found = recorder.record().states.front();
        // The newest that is equal stays acceptable for longest.
        level.found[*print] = *std::find_if(level.acceptable.rbegin(), level.acceptable.rend(),
                                            [&](const Trees* trees) { return *trees == found; });
    }
    if (!nested) return;
    Thoroughness less;
    less.exhaustive_blocks = 5;
    less.sampled_subsets = 32;
    less.tear_every_sector = false;
    less.random_states = 8;
    less.nested_one_in = 0;
    explore_level(image_of(level, state), level.acceptable, recorder.record(), less, depth + 1);
}

}  // namespace cambium::test
