/** What fills in the placeholders of a step's texts. */
export interface Renderers {
  /** Fills in the placeholders of a text; `more` are things that only the block itself can name. */
  render(template: string, more?: object): string
  /** The same where values stand in Markdown: they cannot break its formatting. */
  renderMarkup(template: string, more?: object): string
  /** The same in HTML: each value is escaped. */
  renderHtml(template: string): string
  /** The same in an address: each value is encoded. */
  renderUrl(template: string): string
  /** Fills in the placeholders of every string leaf; a leaf that is one placeholder keeps the value's type. */
  renderJson(value: unknown): unknown
}
