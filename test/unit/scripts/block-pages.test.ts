import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blockPages } from '../../../scripts/block-pages.ts'
import { blocks } from '../../../src/compose/block-registry.ts'

const written = readFileSync(new URL('../../../docs/blocks.md', import.meta.url), 'utf8')

describe('docs/blocks.md', () => {
  it('describes the blocks as they are; else run: node scripts/generate-block-pages.ts', () => {
    expect(written).toBe(blockPages(blocks))
  })

  it.each([...blocks])('has a page of %s with its options and outputs', (type, definition) => {
    const page = written.slice(written.indexOf(`\n## ${type}\n`)).split(/\n## /)[1]
    for (const option of Object.keys(definition.options.shape)) expect(page).toContain(`| \`${option}\` |`)
    for (const output of definition.outputs(definition.options.parse(definition.example)))
      expect(page).toContain(`\`${output}\``)
  })
})
