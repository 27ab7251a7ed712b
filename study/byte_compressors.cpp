// SPDX-License-Identifier: Apache-2.0
//
// Compressors of bytes, which know nothing of samples: zlib, bzip2, xz, zstd.
#include <bzlib.h>
#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "method.hpp"
#include "nrc/error.hpp"

namespace nrc::study {
namespace {

constexpr int kZlibLevel = 6;  ///< of zip
constexpr int kBzip2Level = 9;
constexpr std::uint32_t kXzLevel = 9 | LZMA_PRESET_EXTREME;
constexpr int kZstdLevel = 19;
constexpr std::size_t kMebibyte = std::size_t{1} << 20;

void require(bool good, const char* library) {
  if (!good) throw Error(std::string(library) + " failed; report this as a bug");
}

class Zlib : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    uLongf size = compressBound(recording.image.size());
    Bytes bytes(size);
    require(compress2(bytes.data(), &size, recording.image.data(), recording.image.size(),
                      kZlibLevel) == Z_OK,
            "zlib");
    bytes.resize(size);
    return bytes;
  }
  Bytes decode(const Bytes& bytes, std::size_t size) const override {
    Bytes image(size);
    uLongf length = size;
    require(uncompress(image.data(), &length, bytes.data(), bytes.size()) == Z_OK, "zlib");
    return image;
  }
};

class Bzip2 : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    // The library's bound: 1 % and 600 bytes.
    Bytes bytes(recording.image.size() + recording.image.size() / 100 + 601);
    auto size = static_cast<unsigned>(bytes.size());
    Bytes image = recording.image;  // the library takes no const pointer
    require(BZ2_bzBuffToBuffCompress(
                reinterpret_cast<char*>(bytes.data()), &size, reinterpret_cast<char*>(image.data()),
                static_cast<unsigned>(image.size()), kBzip2Level, 0, 0) == BZ_OK,
            "bzip2");
    bytes.resize(size);
    return bytes;
  }
  Bytes decode(const Bytes& bytes, std::size_t size) const override {
    Bytes image(size);
    Bytes copy = bytes;
    auto length = static_cast<unsigned>(size);
    require(BZ2_bzBuffToBuffDecompress(reinterpret_cast<char*>(image.data()), &length,
                                       reinterpret_cast<char*>(copy.data()),
                                       static_cast<unsigned>(copy.size()), 0, 0) == BZ_OK,
            "bzip2");
    return image;
  }
};

class Xz : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    Bytes bytes(lzma_stream_buffer_bound(recording.image.size()));
    std::size_t size = 0;
    require(lzma_easy_buffer_encode(kXzLevel, LZMA_CHECK_CRC64, nullptr, recording.image.data(),
                                    recording.image.size(), bytes.data(), &size,
                                    bytes.size()) == LZMA_OK,
            "liblzma");
    bytes.resize(size);
    return bytes;
  }
  Bytes decode(const Bytes& bytes, std::size_t size) const override {
    Bytes image(size);
    std::uint64_t memory = UINT64_MAX;
    std::size_t in = 0;
    std::size_t out = 0;
    require(lzma_stream_buffer_decode(&memory, 0, nullptr, bytes.data(), &in, bytes.size(),
                                      image.data(), &out, size) == LZMA_OK,
            "liblzma");
    return image;
  }
};

class Zstd : public ImageMethod {
 public:
  using ImageMethod::ImageMethod;

 protected:
  Bytes encode(const Recording& recording) const override {
    Bytes bytes(ZSTD_compressBound(recording.image.size()));
    const std::size_t size = ZSTD_compress(bytes.data(), bytes.size(), recording.image.data(),
                                           recording.image.size(), kZstdLevel);
    require(ZSTD_isError(size) == 0, "zstd");
    bytes.resize(size);
    return bytes;
  }
  Bytes decode(const Bytes& bytes, std::size_t size) const override {
    Bytes image(size);
    require(ZSTD_isError(ZSTD_decompress(image.data(), size, bytes.data(), bytes.size())) == 0,
            "zstd");
    return image;
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
