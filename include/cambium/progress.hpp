// How far a long call has come, told to a function of the caller, which may stop it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>

namespace cambium {

/// Where a walk over the records of a table stands.
struct Progress {
    std::string_view table;
    std::uint64_t records_done = 0;
    std::uint64_t records_total = 0;
};

/// Refers to a function of a const Progress& that answers whether to go on, for as long as the call that it is
/// passed to. It is called on the thread of that call, at the beginning, every 1024 records and at the end of each
/// table. May throw. After false the call throws Error{cancelled}.
class ProgressFunction {
public:
    ProgressFunction() = default;
    template <class Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, ProgressFunction> &&
             std::is_invocable_r_v<bool, Function&, const Progress&>) ProgressFunction(Function&& function)
    noexcept  // NOLINT(google-explicit-constructor)
        : function_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
          call_([](void* object, const Progress& progress) -> bool {
              return (*static_cast<std::remove_reference_t<Function>*>(object))(progress);
          }) {}

    /// Whether to go on.
    [[nodiscard]] bool operator()(const Progress& progress) const {
        return call_ == nullptr || call_(function_, progress);
    }

private:
    void* function_ = nullptr;
    bool (*call_)(void* function, const Progress& progress) = nullptr;
};

}  // namespace cambium
