// Reads CBOR (RFC 8949) token by token and hands the tokens to a Builder. Accepts every well-formed encoding of the
// values it knows, not only the deterministic one.
#include <cbor/callbacks.h>
#include <cbor/streaming.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "cambium/codec/cbor.hpp"
#include "codec/builder.hpp"

namespace cambium::codec {
namespace {

enum class TokenKind : std::uint8_t {
    unsigned_integer,
    negative_integer,
    floating,
    boolean,
    null,
    undefined,
    tag,
    bytes,
    text,
    begin_bytes,  // of indefinite length
    begin_text,
    begin_list,
    begin_map,
    begin_open_list,  // of indefinite length
    begin_open_map,
    end,
};

// What libcbor found. Its callbacks only fill this: no exception may pass through its C code.
struct Token {
    TokenKind kind = TokenKind::null;
    std::uint64_t number = 0;  // integer, tag, or count of a list or map
    double floating = 0;
    ByteView content{};
};

Token& token_of(void* context) {
    return *static_cast<Token*>(context);
}

template <TokenKind Kind>
void on_mark(void* context) {
    token_of(context).kind = Kind;
}
template <TokenKind Kind, class Number>
void on_number(void* context, Number number) {
    token_of(context).kind = Kind;
    token_of(context).number = number;
}
template <class Number>
void on_floating(void* context, Number number) {
    token_of(context).kind = TokenKind::floating;
    token_of(context).floating = static_cast<double>(number);
}
// The length is size_t up to libcbor 0.8 and uint64_t in later versions.
template <TokenKind Kind, class Length>
void on_content(void* context, cbor_data data, Length length) {
    token_of(context).kind = Kind;
    token_of(context).content = {reinterpret_cast<const char*>(data), static_cast<std::size_t>(length)};
}
void on_boolean(void* context, bool value) {
    token_of(context).kind = TokenKind::boolean;
    token_of(context).number = value ? 1 : 0;
}

constexpr cbor_callbacks kCallbacks{
    .uint8 = &on_number<TokenKind::unsigned_integer>,
    .uint16 = &on_number<TokenKind::unsigned_integer>,
    .uint32 = &on_number<TokenKind::unsigned_integer>,
    .uint64 = &on_number<TokenKind::unsigned_integer>,
    .negint64 = &on_number<TokenKind::negative_integer>,
    .negint32 = &on_number<TokenKind::negative_integer>,
    .negint16 = &on_number<TokenKind::negative_integer>,
    .negint8 = &on_number<TokenKind::negative_integer>,
    .byte_string_start = &on_mark<TokenKind::begin_bytes>,
    .byte_string = &on_content<TokenKind::bytes>,
    .string = &on_content<TokenKind::text>,
    .string_start = &on_mark<TokenKind::begin_text>,
    .indef_array_start = &on_mark<TokenKind::begin_open_list>,
    .array_start = &on_number<TokenKind::begin_list>,
    .indef_map_start = &on_mark<TokenKind::begin_open_map>,
    .map_start = &on_number<TokenKind::begin_map>,
    .tag = &on_number<TokenKind::tag>,
    .float2 = &on_floating,
    .float4 = &on_floating,
    .float8 = &on_floating,
    .undefined = &on_mark<TokenKind::undefined>,
    .null = &on_mark<TokenKind::null>,
    .boolean = &on_boolean,
    .indef_break = &on_mark<TokenKind::end>,
};

class CborReader {
public:
    CborReader(ByteView bytes, Builder& builder, FieldKeys keys) : rest_(bytes), builder_(builder), keys_(keys) {}

    // Reads one whole item, which must be all there is.
    void read() {
        do {
            take_expected_key();
            item(next_token());
            while (depth_ > 0 && !top().open && top().left == 0) close_container();
        } while (depth_ > 0 || after_tag_);
        if (!rest_.empty()) builder_.fail(std::to_string(rest_.size()) + " bytes follow the end of the record");
    }

private:
    struct Container {
        std::uint64_t left;  // items still to come, keys counted; unused when open
        bool open;           // of indefinite length
        bool is_map;
        bool key_is_next;
    };

    Container& top() { return containers_[depth_ - 1]; }

    Token next_token() {
        Token token;
        const auto result =
            cbor_stream_decode(reinterpret_cast<cbor_data>(rest_.data()), rest_.size(), &kCallbacks, &token);
        if (result.status == CBOR_DECODER_ERROR) {
            builder_.fail("byte " + std::to_string(static_cast<unsigned char>(rest_.front())) +
                          " begins no CBOR item");
        }
        if (result.status != CBOR_DECODER_FINISHED) builder_.fail("the bytes end within the record");
        rest_.remove_prefix(result.read);
        return token;
    }

    void item(const Token& token) {
        if (token.kind == TokenKind::end) return close_open_container();
        const bool is_key = depth_ > 0 && top().is_map && top().key_is_next && !after_tag_;
        if (is_key)
            key(token);
        else
            value(token);
        after_tag_ = token.kind == TokenKind::tag;
    }

    // The key that the encoder writes here, if it is the one that follows: told by its bytes, without a token.
    void take_expected_key() {
        constexpr std::size_t kShortText = 24;  // a byte, 0x60 and its length, stands before a shorter text
        if (depth_ == 0 || after_tag_ || !top().is_map || !top().key_is_next || keys_ != FieldKeys::names) {
            return;
        }
        const std::string_view name = builder_.expected_field();
        if (name.empty() || name.size() >= kShortText || rest_.size() <= name.size() ||
            static_cast<unsigned char>(rest_.front()) != 0x60 + name.size() ||
            std::memcmp(rest_.data() + 1, name.data(), name.size()) != 0) {
            return;
        }
        rest_.remove_prefix(1 + name.size());
        builder_.expected_key();
        count_item();
    }

    // Keys of a skipped map are read like its values: the builder ignores both, and they may be anything.
    void key(const Token& token) {
        if (builder_.skipping()) return value(token);
        if (keys_ == FieldKeys::numbers && builder_.in_record()) {
            if (token.kind != TokenKind::unsigned_integer) builder_.fail("a key is not the number of a field");
            builder_.key_number(token.number);
        } else if (token.kind == TokenKind::begin_text) {
            builder_.key(join_chunks(TokenKind::text));
        } else if (token.kind == TokenKind::text) {
            builder_.key(token.content);
        } else {
            builder_.fail("a key is not text");
        }
        count_item();
    }

    void value(const Token& token) {
        switch (token.kind) {
            case TokenKind::tag:
                builder_.tag(token.number);
                return;
            case TokenKind::begin_list:
                return open_container(token.number, false, false);
            case TokenKind::begin_map:
                return open_container(token.number, false, true);
            case TokenKind::begin_open_list:
                return open_container(0, true, false);
            case TokenKind::begin_open_map:
                return open_container(0, true, true);
            case TokenKind::unsigned_integer:
                builder_.unsigned_integer(token.number);
                break;
            case TokenKind::negative_integer:
                builder_.negative_integer(token.number);
                break;
            case TokenKind::floating:
                builder_.floating(token.floating, {});
                break;
            case TokenKind::boolean:
                builder_.boolean(token.number != 0);
                break;
            case TokenKind::bytes:
                builder_.bytes(token.content);
                break;
            case TokenKind::text:
                builder_.text(token.content);
                break;
            case TokenKind::begin_bytes:
                builder_.bytes(join_chunks(TokenKind::bytes));
                break;
            case TokenKind::begin_text:
                builder_.text(join_chunks(TokenKind::text));
                break;
            case TokenKind::null:
                builder_.null();
                break;
            case TokenKind::undefined:
                if (!builder_.skipping()) builder_.fail("found undefined");
                builder_.null();
                break;
            case TokenKind::end:
                break;  // handled by item()
        }
        count_item();
    }

    std::string join_chunks(TokenKind kind) {
        std::string joined;
        for (;;) {
            const Token chunk = next_token();
            if (chunk.kind == TokenKind::end) return joined;
            if (chunk.kind != kind) builder_.fail("a string in chunks holds something else");
            joined.append(chunk.content);
        }
    }

    void open_container(std::uint64_t count, bool open, bool is_map) {
        // Every item takes at least one byte, so a larger count is a lie. It also keeps the doubling from wrapping.
        if (count > rest_.size()) {
            builder_.fail("claims " + std::to_string(count) + " entries, but only " + std::to_string(rest_.size()) +
                          " bytes follow");
        }
        if (is_map)
            builder_.begin_map();
        else
            builder_.begin_list();
        // The builder has just refused to nest deeper than kMaxDepth.
        containers_[depth_] = {is_map ? count * 2 : count, open, is_map, true};
        ++depth_;
    }

    void close_open_container() {
        if (depth_ == 0 || !top().open || after_tag_ || (top().is_map && !top().key_is_next)) {
            builder_.fail("a break where a value belongs");
        }
        close_container();
    }

    void close_container() {
        if (top().is_map)
            builder_.end_map();
        else
            builder_.end_list();
        --depth_;
        count_item();
    }

    void count_item() {
        if (depth_ == 0) return;
        if (!top().open) --top().left;
        top().key_is_next = !top().key_is_next;
    }

    ByteView rest_;
    Builder& builder_;
    FieldKeys keys_;
    bool after_tag_ = false;
    std::size_t depth_ = 0;
    std::array<Container, kMaxDepth> containers_;  // uninitialised beyond depth_
};

}  // namespace

void decode_cbor(const Shape& shape, ByteView bytes, void* value, FieldKeys keys) {
    Builder builder(shape, value, KeyOrder::sorted, ByteForm::binary);
    CborReader(bytes, builder, keys).read();
}

}  // namespace cambium::codec
