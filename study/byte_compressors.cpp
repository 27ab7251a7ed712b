// SPDX-License-Identifier: Apache-2.0
//
// Compressors of bytes, which know nothing of samples: zlib, bzip2, xz, zstd.
#include <bzlib.h>
#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

#include "method.hpp"
#include "nrc/error.hpp"

namespace nrc::study {
namespace {

constexpr int kZlibLevel = 6;  ///< of zip
constexpr int kBzip2Level = 9;
constexpr std::uint32_t kXzLevel = 9 | LZMA_PRESET_EXTREME;
constexpr int kZstdLevel = 19;
constexpr int kZstdWindow = 23;     ///< logarithm of the window at this level
constexpr int kZstdMinWindow = 18;  ///< that of the recordings of the challenge
constexpr std::size_t kMebibyte = std::size_t{1} << 20;

void require(bool good, const char* library) {
  if (!good) throw Error(std::string(library) + " failed; report this as a bug");
}

/// Room for a compressed file. Not a vector, which writes to all of it and so takes its memory.
class Output {
 public:
  explicit Output(std::size_t size) : data_(new std::uint8_t[size]), size_(size) {}
  std::uint8_t* data() { return data_.get(); }
  std::size_t size() const { return size_; }
  Bytes first(std::size_t count) const { return Bytes(data_.get(), data_.get() + count); }

 private:
  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_;
};

class Zlib : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    uLongf size = compressBound(recording.image.size());
    Output bytes(size);
    require(compress2(bytes.data(), &size, recording.image.data(), recording.image.size(),
                      kZlibLevel) == Z_OK,
            "zlib");
    return bytes.first(size);
  }
  void decode(const Bytes& bytes, std::size_t size, const ByteSink& sink) const override {
    Bytes image(size);
    uLongf length = size;
    require(uncompress(image.data(), &length, bytes.data(), bytes.size()) == Z_OK, "zlib");
    sink(image.data(), image.size());
  }
};

class Bzip2 : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    // The library's bound: 1 % and 600 bytes.
    Output bytes(recording.image.size() + recording.image.size() / 100 + 601);
    auto size = static_cast<unsigned>(bytes.size());
    // The library takes no const pointer, but only reads.
    auto* const image = const_cast<std::uint8_t*>(recording.image.data());
    require(BZ2_bzBuffToBuffCompress(
                reinterpret_cast<char*>(bytes.data()), &size, reinterpret_cast<char*>(image),
                static_cast<unsigned>(recording.image.size()), kBzip2Level, 0, 0) == BZ_OK,
            "bzip2");
    return bytes.first(size);
  }
  void decode(const Bytes& bytes, std::size_t size, const ByteSink& sink) const override {
    Bytes image(size);
    auto* const stream = const_cast<std::uint8_t*>(bytes.data());
    auto length = static_cast<unsigned>(size);
    require(BZ2_bzBuffToBuffDecompress(reinterpret_cast<char*>(image.data()), &length,
                                       reinterpret_cast<char*>(stream),
                                       static_cast<unsigned>(bytes.size()), 0, 0) == BZ_OK,
            "bzip2");
    sink(image.data(), image.size());
  }
};

class Xz : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    Output bytes(lzma_stream_buffer_bound(recording.image.size()));
    std::size_t size = 0;
    lzma_options_lzma options;
    require(lzma_lzma_preset(&options, kXzLevel) == 0, "liblzma");
    // The encoder takes ten times the dictionary.
    options.dict_size = static_cast<std::uint32_t>(
        std::clamp<std::size_t>(recording.image.size() / 16, kMebibyte, options.dict_size));
    lzma_filter filters[] = {{LZMA_FILTER_LZMA2, &options}, {LZMA_VLI_UNKNOWN, nullptr}};
    require(lzma_stream_buffer_encode(filters, LZMA_CHECK_CRC64, nullptr, recording.image.data(),
                                      recording.image.size(), bytes.data(), &size,
                                      bytes.size()) == LZMA_OK,
            "liblzma");
    return bytes.first(size);
  }
  void decode(const Bytes& bytes, std::size_t size, const ByteSink& sink) const override {
    Bytes image(size);
    std::uint64_t memory = UINT64_MAX;
    std::size_t in = 0;
    std::size_t out = 0;
    require(lzma_stream_buffer_decode(&memory, 0, nullptr, bytes.data(), &in, bytes.size(),
                                      image.data(), &out, size) == LZMA_OK,
            "liblzma");
    sink(image.data(), image.size());
  }
};

class Zstd : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    Output bytes(ZSTD_compressBound(recording.image.size()));
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                       ZSTD_freeCCtx);
    // The encoder takes sixteen times the window.
    int window = kZstdMinWindow;
    while ((recording.image.size() / 32) >> (window + 1) != 0) ++window;
    require(ZSTD_isError(
                ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel)) == 0 &&
                ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog,
                                                    std::min(window, kZstdWindow))) == 0,
            "zstd");
    const std::size_t size = ZSTD_compress2(context.get(), bytes.data(), bytes.size(),
                                            recording.image.data(), recording.image.size());
    require(ZSTD_isError(size) == 0, "zstd");
    return bytes.first(size);
  }
  void decode(const Bytes& bytes, std::size_t size, const ByteSink& sink) const override {
    Bytes image(size);
    require(ZSTD_isError(ZSTD_decompress(image.data(), size, bytes.data(), bytes.size())) == 0,
            "zstd");
    sink(image.data(), image.size());
  }
};

template <typename Compressor>
void add(Methods& methods, const char* name, std::string title, const char* latency,
         std::string state) {
  MethodFacts facts;
  facts.name = name;
  facts.title = std::move(title);
  facts.latency = latency;
  facts.state = std::move(state);
  facts.note = "The bytes of the file as they are, each file on its own.";
  methods.push_back(std::make_unique<Compressor>(std::move(facts)));
}

}  // namespace

void add_byte_compressors(Methods& methods) {
  add<Zlib>(methods, "zip", fmt::format("zip (zlib -{})", kZlibLevel), "up to 32 KiB of samples",
            "256 KiB, shared");
  add<Bzip2>(methods, "bzip2", fmt::format("bzip2 -{}", kBzip2Level), "900 kB of samples",
             "7.6 MB, shared");
  add<Xz>(methods, "xz", "xz -9e", "whole recording",
          fmt::format("{} MiB, shared", lzma_easy_encoder_memusage(kXzLevel) / kMebibyte));
  add<Zstd>(methods, "zstd", fmt::format("zstd -{}", kZstdLevel), "128 KiB of samples",
            "up to tens of MiB, shared");
}

}  // namespace nrc::study
