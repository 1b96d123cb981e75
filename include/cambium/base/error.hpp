// The one exception type of the library: a code for programs, a sentence for people.
#pragma once

#include <cstdint>
#include <exception>
#include <string_view>

namespace cambium {

/// What went wrong, in classes that a program may want to tell apart.
enum class ErrorCode : std::uint8_t {
    invalid_argument,  ///< a parameter is outside its documented range
    misuse,            ///< a call in the wrong state: after commit, from another thread, on a foreign handle
    not_found,         ///< a named thing (file, tree, table, index) does not exist
    already_exists,    ///< a named thing exists and was not expected to
    key_too_long,      ///< a key is longer than the store's page size allows
    value_too_long,    ///< a value is longer than the store can hold
    full,              ///< the disk, or the size limit of the store, is exhausted; nothing was changed
    io,                ///< the operating system failed a call; the sentence holds its reason
    corrupt,           ///< bytes of the file contradict each other; the sentence names page and reason
    not_a_store,       ///< the file is not a Cambium store
    format_version,    ///< the file was written by a version of the format that this library does not read
    busy,              ///< the file is in use in a way that excludes this call
    read_only,         ///< a write was asked of a store, transaction or cursor that only reads
    poisoned,          ///< an earlier flush failed: reads go on, writes are refused until the store is reopened
    outcome_unknown,   ///< a flush failed: the commit may or may not survive
    constraint,        ///< a record violates a unique index, a key or another rule of its table
    decode,            ///< stored bytes do not decode into the declared type
    encode,            ///< a value cannot be represented by the chosen codec
    schema,            ///< the declaration of a table contradicts what the file holds
    cancelled,         ///< a function of the caller asked a long call to stop; nothing was changed
    conflict,          ///< a record was changed by someone else since it was read
};

/// The name of a code, as spelt in ErrorCode. Never fails.
[[nodiscard]] std::string_view to_string(ErrorCode code) noexcept;

/// Thrown by every call of the library that fails. Making and copying one never throws: the sentence is shared, and
/// missing when there is no memory for it.
/// "Not found" on a lookup is never an exception: lookups return std::optional or bool.
class Error : public std::exception {
public:
    Error(ErrorCode code, std::string_view sentence) noexcept;
    /// Without a sentence, when there is no memory for one: what() says so.
    explicit Error(ErrorCode code) noexcept : code_(code) {}
    Error(const Error& other) noexcept;
    Error& operator=(const Error& other) noexcept;
    ~Error() override;

    [[nodiscard]] ErrorCode code() const noexcept { return code_; }
    /// The sentence, NUL-terminated, alive as long as this object or a copy of it.
    [[nodiscard]] const char* what() const noexcept override;

private:
    struct Shared;
    Shared* shared_ = nullptr;  ///< null: no sentence
    ErrorCode code_;
};

}  // namespace cambium
