// SPDX-License-Identifier: Apache-2.0
//
// nrc train: learns a table set from recordings.
#include <memory>

#include "commands.hpp"
#include "nrc/format.hpp"
#include "train/training.hpp"

namespace nrc::cli {

void add_train_command(CLI::App& app) {
  auto options = std::make_shared<train::TrainOptions>();
  CLI::App* command = app.add_subcommand(
      "train", "Train tables on the WAV files of a directory, to fit an ADC and its signals");
  command->add_option("DIR", options->directory, "Directory of .wav files")->required();
  command->add_option("-o,--output", options->output, "Table file to write (JSON)")->required();
  command->add_option("--profile", options->profile, "Profile to train for: huffman or range")
      ->check(CLI::IsMember({"huffman", "range"}))
      ->capture_default_str();
  command->add_option("--shape", options->shape,
                      "Huffman profile: classes and phases: default, generic, or a table "
                      "file; without it, default or generic, whichever codes better");
  command->add_option("--name", options->name, "Name of the new tables (default: the shape's)");
  command
      ->add_option("--mapping", options->mapping,
                   "How samples are codes: auto (found for each file as by encode), shift6 or "
                   "code")
      ->check(CLI::IsMember({"auto", "shift6", "code"}))
      ->capture_default_str();
  command
      ->add_option("--code-width", options->code_width,
                   "Bits of a code (default: found with --mapping auto, else 10)")
      ->check(CLI::Range(kMinCodeWidth, kMaxCodeWidth));
  command->add_option("--test-every", options->test_every,
                      "Hold every K-th file out of training and measure on it (0: none)");
  command
      ->add_option("--prior-weight", options->prior_weight,
                   "Weight of a table's prior, as a number of codes")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_flag("-f,--force", options->force, "Replace the output if it exists");
  command->callback([options] { train::run(*options); });
}

}  // namespace nrc::cli
