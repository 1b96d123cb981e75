// Power cuts: builds the disk states that one may leave behind a record, and tries each with the production code.
//
// After a cut the disk holds everything written before the last completed sync began, and of every later block any
// of: nothing, all, or some sectors with the rest stale, zero or garbage; later changes of the file's length kept
// or lost. What was written while a sync was under way counts as later: the sync may have covered it or not. Every
// subset of what was in flight at an earlier point is a subset of what was in flight just before the next sync, so
// cuts are made there and at every mark. A state that was tried already is left out, as long as what was found in
// it is still acceptable. Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "file_record.hpp"
#include "state_file.hpp"

namespace cambium::test {

/// How thoroughly a record is explored.
struct Thoroughness {
    std::size_t exhaustive_blocks = 12;  ///< in-flight blocks up to which every subset is tried
    std::size_t sampled_subsets = 64;    ///< of more blocks: so many at one cut, the extreme ones first
    bool tear_every_sector = true;
    std::size_t random_states = 32;  ///< at one cut, on top
    std::size_t nested_one_in = 40;  ///< every so many states the recovery itself is cut; 0: never
};

class Explorer {
public:
    /// Works in a directory, preferably one in memory.
    Explorer(std::string directory, std::uint64_t seed) : directory_(std::move(directory)), random_(seed) {}

    /// Cuts a record that starts from this image, in which a store with one of the acceptable contents lies.
    void explore(const std::string& image, const std::vector<const Trees*>& acceptable, const Record& record,
                 const Thoroughness& how) {
        explore_level(image, acceptable, record, how, 0);
    }

    /// Takes out what an acknowledgement rules out: whatever was attempted before the state.
    static void acknowledge(std::vector<const Trees*>& acceptable, const Trees* state);

    /// Tries one in so many states only, at random.
    void thin(std::uint64_t one_in) noexcept { one_in_ = one_in; }
    /// Stops at the first complaint. For records that are wrong on purpose.
    void stop_at_first() noexcept { stop_at_first_ = true; }
    /// Blocks and changes of the length, at the cut that had the most of them.
    [[nodiscard]] std::size_t most_in_flight() const noexcept { return most_in_flight_; }
    /// Distinct states; those of a record, and those of each recovery that was cut, are counted apart.
    [[nodiscard]] std::uint64_t tried() const noexcept { return tried_; }
    /// What was wrong, one sentence per state.
    [[nodiscard]] const std::vector<std::string>& complaints() const noexcept { return complaints_; }

private:
    /// Something that a cut may or may not have let through.
    struct Piece {
        bool is_resize = false;
        std::uint64_t offset = 0;  ///< resize: the length
        std::string bytes;
        std::uint64_t issued = 0;  ///< counts the pieces of the record
    };
    struct Choice {
        std::uint8_t sectors = 0;  ///< bit i: sector i of the block arrived
        char filler = 's';         ///< the others: s stale, z zero, g garbage
    };
    using Choices = std::vector<Choice>;
    using Pieces = std::vector<const Piece*>;
    struct Level {
        std::unique_ptr<StateFile> file;
        std::vector<Piece> limbo;    ///< a sync over them failed
        std::vector<Piece> pending;  ///< written after the last sync began
        std::uint64_t issued = 0;
        std::vector<std::uint64_t> begun;  ///< pieces issued before each sync under way, the outermost first
        std::vector<const Trees*> acceptable;
        std::vector<std::uint64_t> base_prints;                 ///< [i]: of the first i blocks of the base
        std::unordered_map<std::uint64_t, const Trees*> found;  ///< what sound states held, by their prints
    };
    /// What a disk holds: the base of a level but for these blocks, up to the length.
    struct State {
        std::uint64_t length = 0;
        std::map<std::uint64_t, std::string> blocks;  ///< by offset
    };

    void explore_level(const std::string& image, const std::vector<const Trees*>& acceptable, const Record& record,
                       const Thoroughness& how, std::size_t depth);
    static void add_write(Level& level, const Event& event);
    static void add_piece(Level& level, Piece piece);
    static void complete_sync(Level& level);
    static void fail_sync(Level& level);
    void cut(Level& level, const Thoroughness& how, std::size_t depth);
    void cut_subsets(Level& level, const Pieces& pieces, const Thoroughness& how, std::size_t depth);
    void cut_sectors(Level& level, const Pieces& pieces, const Thoroughness& how, std::size_t depth);
    void cut_at_random(Level& level, const Pieces& pieces, const Thoroughness& how, std::size_t depth);
    void try_state(Level& level, const Pieces& pieces, const Choices& choices, const Thoroughness& how,
                   std::size_t depth);
    [[nodiscard]] State compose(const Level& level, const Pieces& pieces, const Choices& choices);
    static void take_base_prints(Level& level);
    /// The same for equal images only. None for a state that does not consist of whole blocks.
    [[nodiscard]] static std::optional<std::uint64_t> print_of(const Level& level, const State& state);
    /// Puts the file into the state.
    static void build(Level& level, const State& state);
    [[nodiscard]] static std::string image_of(const Level& level, const State& state);
    [[nodiscard]] std::string arrived(const std::string& before, const Piece& piece, Choice choice);
    [[nodiscard]] static std::string describe(const Pieces& pieces, const Choices& choices);
    static void leave_lock_file(const std::string& path, bool keep);
    [[nodiscard]] bool done() const noexcept {
        return (stop_at_first_ && !complaints_.empty()) || complaints_.size() >= 10;
    }
    [[nodiscard]] std::uint64_t random(std::uint64_t below) { return random_() % below; }

    std::string directory_;
    std::mt19937_64 random_;
    std::uint64_t one_in_ = 1;
    bool stop_at_first_ = false;
    std::size_t most_in_flight_ = 0;
    std::uint64_t tried_ = 0;
    std::vector<std::string> complaints_;
};

/// The number of all distinct states tried by all explorers, for the last line of the program.
std::uint64_t& states_tried() noexcept;
/// The number of states that were left out because they had been tried.
std::uint64_t& states_repeated() noexcept;

}  // namespace cambium::test
