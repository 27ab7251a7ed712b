// SPDX-License-Identifier: Apache-2.0
//
// A report of headings, paragraphs, tables and pictures, which is written as Markdown and as HTML.
#pragma once

#include <string>
#include <variant>
#include <vector>

namespace nrc::study {

class Document {
 public:
  struct Table {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  ///< each as long as the header
  };

  /// @param pictures  whether picture() does anything
  explicit Document(std::string title, bool pictures = true)
      : title_(std::move(title)), pictures_(pictures) {}

  void heading(std::string text) { blocks_.emplace_back(Heading{std::move(text)}); }
  void paragraph(std::string text) { blocks_.emplace_back(Paragraph{std::move(text)}); }
  void list(std::vector<std::string> items) { blocks_.emplace_back(List{std::move(items)}); }
  /// The first column is text, the others are figures.
  void table(Table table) { blocks_.emplace_back(std::move(table)); }
  /// @param file  name of the picture, next to the document
  void picture(std::string file, std::string caption) {
    if (pictures_) blocks_.emplace_back(Picture{std::move(file), std::move(caption)});
  }

  std::string markdown() const;
  std::string html() const;

 private:
  struct Heading {
    std::string text;
  };
  struct Paragraph {
    std::string text;
  };
  struct List {
    std::vector<std::string> items;
  };
  struct Picture {
    std::string file;
    std::string caption;
  };
  using Block = std::variant<Heading, Paragraph, List, Table, Picture>;
  struct MarkdownWriter;
  struct HtmlWriter;

  std::string title_;
  bool pictures_;
  std::vector<Block> blocks_;
};

/// Fields in quotes where they need them, as RFC 4180 has it.
std::string to_csv(const Document::Table& table);

}  // namespace nrc::study
