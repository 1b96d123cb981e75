#include <istream>
#include <optional>

#include "cambium/base/error.hpp"
#include "cambium/kv/dump.hpp"

namespace cambium::kv {

namespace {

/// The lines of the input, counted from 1.
class Lines {
public:
    explicit Lines(std::istream& in) : in_(in) {}

    /// False at the end of the input.
    [[nodiscard]] bool next(std::string& line) {
        if (!std::getline(in_, line)) {
            if (in_.bad()) fail(ErrorCode::io, "the input could not be read");
            return false;
        }
        ++number_;
        return true;
    }
    /// The next line, where the input must not end.
    void require(std::string& line, const char* missing) {
        if (next(line)) return;
        ++number_;
        fail(ErrorCode::decode, std::string{"the input ends where "} + missing + " should be");
    }
    [[noreturn]] void fail(ErrorCode code, const std::string& what) const {
        throw Error(code, "line " + std::to_string(number_) + ": " + what);
    }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    std::istream& in_;
    std::uint64_t number_ = 0;
};

/// What the header of a block says.
struct Block {
    std::string name;
    bool print = false;
    bool fixed_values = false;  ///< of the size of the first, unless value_size is given
    std::optional<std::uint16_t> value_size;
    TreeOptions options;
};

/// A header line that is 1 or 0.
struct Flag {
    ByteView name;
    void (*set)(Block& block);
};

constexpr Flag kFlags[] = {
    {"duplicates", [](Block& block) { block.options.duplicates = true; }},
    {"dupsort", [](Block& block) { block.options.duplicates = true; }},
    {"reversekey", [](Block& block) { block.options.key_order = KeyOrder::reversed; }},
    {"integerkey", [](Block& block) { block.options.key_order = KeyOrder::native_integers; }},
    {"customkey", [](Block& block) { block.options.key_order = KeyOrder::custom; }},
    {"dupfixed", [](Block& block) { block.fixed_values = true; }},
    {"reversedup", [](Block& block) { block.options.value_order = KeyOrder::reversed; }},
    {"integerdup", [](Block& block) { block.options.value_order = KeyOrder::native_integers; }},
    {"customdup", [](Block& block) { block.options.value_order = KeyOrder::custom; }},
    {"counts", [](Block& block) { block.options.counts = true; }},
    {"contiguouskeys", [](Block& block) { block.options.contiguous_keys = true; }},
};

const Flag* find_flag(ByteView name) noexcept {
    for (const Flag& flag : kFlags)
        if (flag.name == name) return &flag;
    return nullptr;
}

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

class Loader {
public:
    /// With an environment the loader commits; without one the caller does.
    Loader(Environment* environment, WriteTransaction& txn, std::istream& in, const LoadOptions& options)
        : environment_(environment), txn_(txn), lines_(in), options_(options) {}

    LoadReport run() {
        for (Block block; read_header(block); block = {}) {
            ++report_.blocks;
            read_records(block);
        }
        report_.lines = lines_.number();
        if (environment_ != nullptr) txn_.commit();
        return report_;
    }

private:
    // What the store refuses, with the line that asked for it.
    template <class Call>
    void attempt(Call&& call) const {
        try {
            call();
        } catch (const Error& error) {
            lines_.fail(error.code(), error.what());
        }
    }

    // Dumps escape this byte.
    void refuse_carriage_return() const {
        if (line_.ends_with('\r'))
            lines_.fail(ErrorCode::decode,
                        "it ends in CR LF, as text of Windows does: turn the line ends into LF, as dos2unix does");
    }

    bool read_header(Block& block) {
        if (!lines_.next(line_)) return false;
        refuse_carriage_return();
        block.name = options_.unnamed_tree;
        if (!line_.starts_with("VERSION="))
            lines_.fail(ErrorCode::decode,
                        "a block must begin with VERSION=, this one begins with \"" + line_.substr(0, 40) + "\"");
        do {
            const std::size_t equals = line_.find('=');
            if (equals == std::string::npos)
                lines_.fail(ErrorCode::decode,
                            "a line of the header must be name=value, this one is \"" + line_.substr(0, 40) + "\"");
            const std::string value = line_.substr(equals + 1);
            line_.resize(equals);
            if (line_ == "HEADER") {
                if (value != "END") lines_.fail(ErrorCode::decode, "HEADER must be END, not \"" + value + "\"");
                return true;
            }
            read_field(block, line_, value);
            lines_.require(line_, "a line of the header");
        } while (true);
    }

    void read_field(Block& block, const std::string& name, const std::string& value) {
        if (name == "VERSION") {
            if (number(name, value) > 3)
                lines_.fail(ErrorCode::format_version,
                            "version " + value + " of the format is not known, only up to 3");
        } else if (name == "format") {
            if (value != "print" && value != "bytevalue")
                lines_.fail(ErrorCode::decode, "format must be print or bytevalue, not \"" + value + "\"");
            block.print = value == "print";
        } else if (name == "type") {
            if (value != "btree") lines_.fail(ErrorCode::decode, "type must be btree, not \"" + value + "\"");
        } else if (name == "database") {
            block.name = value;
        } else if (name == "comparator") {
            block.options.comparator = value;
        } else if (name == "valuecomparator") {
            block.options.value_comparator = value;
        } else if (name == "valuesize") {
            block.value_size = static_cast<std::uint16_t>(number(name, value));
        } else if (const Flag* flag = find_flag(name); flag != nullptr) {
            if (value != "0" && value != "1")
                lines_.fail(ErrorCode::decode, name + " must be 0 or 1, not \"" + value + "\"");
            if (value == "1") flag->set(block);
        } else if (name != "mapsize" && name != "mapaddr" && name != "maxreaders" && name != "db_pagesize") {
            if (options_.warning)
                options_.warning(lines_.number(), "the header line \"" + name + "\" is not known and was ignored");
        }
    }

    std::uint64_t number(const std::string& name, const std::string& value) const {
        std::uint64_t result = 0;
        for (const char c : value) {
            if (c < '0' || c > '9' || result > 65535 / 10)
                lines_.fail(ErrorCode::decode, name + " must be a small number, not \"" + value + "\"");
            result = result * 10 + static_cast<std::uint64_t>(c - '0');
        }
        if (value.empty() || result > 65535)
            lines_.fail(ErrorCode::decode, name + " must be a small number, not \"" + value + "\"");
        return result;
    }

    void read_records(Block& block) {
        std::optional<Tree> tree;
        while (true) {
            lines_.require(line_, "a key or DATA=END");
            refuse_carriage_return();
            if (line_ == "DATA=END") break;
            decode(block, key_, "a key");
            lines_.require(line_, "a value");
            refuse_carriage_return();
            decode(block, value_, "a value");
            if (!tree.has_value()) tree = open_tree(block, value_.size());
            store(*tree, block);
        }
        if (!tree.has_value()) (void)open_tree(block, 0);
    }

    // The values tell their fixed size, not the header.
    Tree open_tree(Block& block, std::size_t first_value_size) {
        if (block.fixed_values && first_value_size > 65535)
            lines_.fail(ErrorCode::value_too_long, "the values of a tree with dupfixed have at most 65535 bytes");
        if (block.fixed_values)
            block.options.fixed_value_size =
                block.value_size.value_or(static_cast<std::uint16_t>(first_value_size));
        Tree tree;
        attempt([&] { tree = txn_.create_tree(block.name, block.options); });
        return tree;
    }

    void store(Tree tree, const Block& block) {
        attempt([&] {
            if (options_.keep_existing && !block.options.duplicates) {
                (void)txn_.insert(tree, key_, value_);
            } else {
                txn_.put(tree, key_, value_);
            }
        });
        ++report_.entries;
        if (environment_ == nullptr || options_.entries_per_commit == 0 ||
            report_.entries % options_.entries_per_commit != 0)
            return;
        txn_.commit();
        txn_ = environment_->begin_write();
    }

    void decode(const Block& block, std::string& out, const char* what) {
        out.clear();
        if (line_.empty() || line_.front() != ' ')
            lines_.fail(ErrorCode::decode, std::string{what} + " must begin with a space");
        if (block.print) {
            decode_print(out);
        } else {
            decode_hex(out);
        }
    }

    void decode_hex(std::string& out) const {
        if (line_.size() % 2 == 0) lines_.fail(ErrorCode::decode, "the number of hexadecimal digits is odd");
        out.reserve(line_.size() / 2);
        for (std::size_t i = 1; i < line_.size(); i += 2) out.push_back(byte_at(i));
    }

    void decode_print(std::string& out) const {
        out.reserve(line_.size());
        for (std::size_t i = 1; i < line_.size(); ++i) {
            if (line_[i] != '\\') {
                out.push_back(line_[i]);
            } else if (i + 1 < line_.size() && line_[i + 1] == '\\') {
                out.push_back(line_[++i]);
            } else {
                out.push_back(byte_at(i + 1));
                i += 2;
            }
        }
    }

    char byte_at(std::size_t i) const {
        const int high = i + 1 < line_.size() ? digit(line_[i]) : -1;
        const int low = high < 0 ? -1 : digit(line_[i + 1]);
        if (low < 0)
            lines_.fail(ErrorCode::decode, "two hexadecimal digits should be in column " + std::to_string(i + 1));
        return static_cast<char>(high * 16 + low);
    }

    Environment* environment_;
    WriteTransaction& txn_;
    Lines lines_;
    const LoadOptions& options_;
    LoadReport report_;
    std::string line_;
    std::string key_;
    std::string value_;
};

}  // namespace

LoadReport load(Environment& environment, std::istream& in, const LoadOptions& options) {
    WriteTransaction txn = environment.begin_write();
    return Loader{&environment, txn, in, options}.run();
}

LoadReport load(WriteTransaction& txn, std::istream& in, const LoadOptions& options) {
    return Loader{nullptr, txn, in, options}.run();
}

}  // namespace cambium::kv
