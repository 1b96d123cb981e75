#include "cambium/base/error.hpp"

#include <atomic>
#include <cstring>
#include <new>

namespace cambium {

// The sentence follows the struct in the same allocation.
struct Error::Shared {
    std::atomic<std::uint32_t> references{1};
    char* text() noexcept { return reinterpret_cast<char*>(this + 1); }
};

Error::Error(ErrorCode code, std::string_view sentence) noexcept : code_(code) {
    void* memory = ::operator new(sizeof(Shared) + sentence.size() + 1, std::nothrow);
    if (memory == nullptr) return;
    shared_ = new (memory) Shared;
    if (!sentence.empty()) std::memcpy(shared_->text(), sentence.data(), sentence.size());
    shared_->text()[sentence.size()] = '\0';
}

Error::Error(const Error& other) noexcept : std::exception(other), shared_(other.shared_), code_(other.code_) {
    if (shared_ != nullptr) shared_->references.fetch_add(1, std::memory_order_relaxed);
}

Error& Error::operator=(const Error& other) noexcept {
    if (this != &other) {
        this->~Error();
        new (this) Error(other);
    }
    return *this;
}

Error::~Error() {
    if (shared_ != nullptr && shared_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        shared_->~Shared();
        ::operator delete(shared_);
    }
}

const char* Error::what() const noexcept {
    return shared_ != nullptr ? shared_->text() : "no memory was left for the sentence that says what failed";
}

std::string_view to_string(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::invalid_argument:
            return "invalid_argument";
        case ErrorCode::misuse:
            return "misuse";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::already_exists:
            return "already_exists";
        case ErrorCode::key_too_long:
            return "key_too_long";
        case ErrorCode::value_too_long:
            return "value_too_long";
        case ErrorCode::full:
            return "full";
        case ErrorCode::io:
            return "io";
        case ErrorCode::corrupt:
            return "corrupt";
        case ErrorCode::not_a_store:
            return "not_a_store";
        case ErrorCode::format_version:
            return "format_version";
        case ErrorCode::busy:
            return "busy";
        case ErrorCode::read_only:
            return "read_only";
        case ErrorCode::poisoned:
            return "poisoned";
        case ErrorCode::outcome_unknown:
            return "outcome_unknown";
        case ErrorCode::constraint:
            return "constraint";
        case ErrorCode::decode:
            return "decode";
        case ErrorCode::encode:
            return "encode";
        case ErrorCode::schema:
            return "schema";
        case ErrorCode::cancelled:
            return "cancelled";
        case ErrorCode::conflict:
            return "conflict";
    }
    return "unknown";
}

}  // namespace cambium
