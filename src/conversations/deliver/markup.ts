import type { Nodes, Parents, Text } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmStrikethroughFromMarkdown } from 'mdast-util-gfm-strikethrough'
import { gfmStrikethrough } from 'micromark-extension-gfm-strikethrough'
import { unescapeMarkup } from '../../platform/escape-markup.ts'
import type { Entity } from '../message.ts'

/** A text and its formatting, as the unified model has them. */
export interface FormattedText {
  text: string
  entities: Entity[]
}

/**
 * Reads our Markdown: `**bold**`, `*italic*` or `_italic_`, `~~strikethrough~~`, `||spoiler||`, `` `code` ``, fenced code,
 * `[links](https://…)` to http, https, tel, mailto and tg, and `> quotes`. Everything else, line breaks and spaces too,
 * stays as it is written; a backslash takes a sign its meaning. Values that `escapeMarkup` went over are shown as they are.
 * A text of more than 2,000 signs is shown unformatted.
 */
export function parseMarkup(source: string): FormattedText {
  if (!/[\\`*_~|[<>]/.test(source) || countSigns(source) > mostSigns)
    return { text: unescapeMarkup(source), entities: [] }
  const writer = new Writer()
  for (const section of splitAfterQuotes(source)) writer.section(section)
  return { text: writer.text, entities: writer.entities }
}

const options: Parameters<typeof fromMarkdown>[1] = {
  extensions: [
    gfmStrikethrough({ singleTilde: false }),
    // What a chat message has no use for stays text.
    {
      disable: {
        null: [
          'characterReference',
          'codeIndented',
          'definition',
          'hardBreakEscape',
          'headingAtx',
          'htmlFlow',
          'htmlText',
          'labelStartImage',
          'list',
          'setextUnderline',
          'thematicBreak',
        ],
      },
    },
  ],
  mdastExtensions: [gfmStrikethroughFromMarkdown()],
}

/** The parser's time grows with the square of the signs that open and close formatting: 20,000 of them take seconds. */
const mostSigns = 2_000
const countSigns = (source: string): number => source.match(/[*_~>]/g)?.length ?? 0

/** Formatting within formatting goes so deep; what lies deeper stays as it is written. */
const deepest = 50

/** Writes the tree of Markdown as text and entities, taking every character from the source, so that no space is lost. */
class Writer {
  text = ''
  entities: Entity[] = []
  #source = ''
  #quoted = false
  #depth = 0

  section(source: string): void {
    this.#source = source
    const tree = fromMarkdown(source, options)
    this.#blocks(tree, 0, source.length)
  }

  /** Blocks one after another with what stands between them. */
  #blocks(parent: Parents, from: number, to: number): void {
    let end = from
    for (const child of parent.children) {
      this.#append(this.#written(end, start(child)))
      this.#node(child)
      end = child.position!.end.offset!
    }
    this.#append(this.#written(end, to))
  }

  #node(node: Nodes): void {
    if (this.#depth === deepest) {
      this.#append(this.#written(start(node), end(node)))
      return
    }
    this.#depth++
    this.#write(node)
    this.#depth--
  }

  #write(node: Nodes): void {
    if (node.type === 'paragraph') this.#paragraph(node)
    else if (node.type === 'strong') this.#entity({ type: 'bold' }, () => this.#phrases(node))
    else if (node.type === 'emphasis') this.#entity({ type: 'italic' }, () => this.#phrases(node))
    else if (node.type === 'delete') this.#entity({ type: 'strikethrough' }, () => this.#phrases(node))
    else if (node.type === 'inlineCode') this.#entity({ type: 'code' }, () => this.#append(node.value))
    else if (node.type === 'code') {
      const language = node.lang ? { language: unescapeMarkup(node.lang) } : {}
      this.#entity({ type: 'pre', ...language }, () => this.#append(node.value))
    } else if (node.type === 'link' && mayBeLinked(node.url)) {
      this.#entity({ type: 'link', url: unescapeMarkup(node.url) }, () => this.#phrases(node))
    } else if (node.type === 'blockquote') this.#quote(node)
    else this.#append(this.#written(start(node), end(node)))
  }

  /** A quote within a quote is one quote: no channel shows more. */
  #quote(node: Parents): void {
    const first = node.children[0]
    const last = node.children.at(-1)
    if (!first || !last) return
    const within = this.#quoted
    const write = () => this.#blocks(node, start(first), end(last))
    this.#quoted = true
    if (within) write()
    else this.#entity({ type: 'quote' }, write)
    this.#quoted = within
  }

  /** A paragraph with the spaces at its end, which are no part of its phrases. */
  #paragraph(node: Parents): void {
    this.#phrases(node)
    const last = node.children.at(-1)
    if (last) this.#append(this.#written(end(last), end(node)))
  }

  /** Text and formatting within a block. Spoilers, which Markdown does not know, are found here: a pair of `||` in one parent. */
  #phrases(parent: Parents): void {
    const phrases = parent.children.map((child) => (child.type === 'text' ? this.#pieces(child) : child))
    let marks = phrases.flat().filter((phrase) => phrase === '||').length
    let opened: { offset: number; index: number } | undefined
    for (const phrase of phrases.flat()) {
      if (typeof phrase !== 'string') this.#node(phrase)
      else if (phrase !== '||') this.#append(/^\\.$/.test(phrase) ? phrase.slice(1) : phrase)
      else {
        marks--
        if (opened) {
          this.#insert({ type: 'spoiler' }, opened.offset, opened.index)
          opened = undefined
        } else if (marks > 0) opened = { offset: this.text.length, index: this.entities.length }
        else this.#append(phrase)
      }
    }
  }

  /** A text as it is written, cut at spoiler marks and at signs that a backslash stands before. */
  #pieces(node: Text): string[] {
    return this.#written(start(node), end(node)).split(/(\\[!-/:-@[-`{-~]|\|{2,})/)
  }

  #written(from: number, to: number): string {
    const text = this.#source.slice(from, to)
    return this.#quoted
      ? text.replace(/(^|\n)(?: {0,3}> ?)+/g, (prefix, newline, offset) =>
          offset === 0 && newline === '' ? prefix : newline,
        )
      : text
  }

  #append(text: string): void {
    this.text += unescapeMarkup(text)
  }

  #entity(entity: Omit<Entity, 'offset' | 'length'>, write: () => void): void {
    const offset = this.text.length
    const index = this.entities.length
    write()
    this.#insert(entity, offset, index)
  }

  /** Puts an entity that ends here before those within it. */
  #insert(entity: Omit<Entity, 'offset' | 'length'>, offset: number, index: number): void {
    const length = this.text.length - offset
    if (length > 0) this.entities.splice(index, 0, { ...entity, offset, length })
  }
}

const start = (node: Nodes): number => node.position!.start.offset!
const end = (node: Nodes): number => node.position!.end.offset!

const mayBeLinked = (url: string): boolean => /^(https?:\/\/|tel:|mailto:|tg:\/\/)\S+$/i.test(unescapeMarkup(url))

/** In Markdown a line after a quote still belongs to it; in a chat it does not, so the quote's last line ends a section. */
function splitAfterQuotes(source: string): string[] {
  if (!/^ {0,3}>/m.test(source)) return [source]
  const sections: string[] = []
  let fence: string | undefined
  let quote = false
  let section = ''
  for (const line of source.split(/(?<=\n)/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    const quotes = fence === undefined && /^ {0,3}>/.test(line)
    if (quote && !quotes) {
      sections.push(section)
      section = ''
    }
    quote = quotes
    if (mark !== undefined) {
      if (fence === undefined) fence = mark
      else if (mark[0] === fence[0] && mark.length >= fence.length && line.trim() === mark) fence = undefined
    }
    section += line
  }
  return [...sections, section]
}
