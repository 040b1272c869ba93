import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { calculatorPage } from '../../../scripts/calculator-page.ts'
import { calculatorFunctions } from '../../../src/flows/calculator/calculator-functions.ts'
import { checkScript } from '../../../src/flows/calculator/check-script.ts'

const written = readFileSync(new URL('../../../docs/calculator.md', import.meta.url), 'utf8')

describe('docs/calculator.md', () => {
  it('describes the functions as they are; else run: node scripts/generate-calculator-functions.ts', () => {
    expect(written).toBe(calculatorPage(calculatorFunctions))
  })

  it.each([...new Set(calculatorFunctions.values())].map((definition) => [definition.name, definition] as const))(
    'has a page of %s, which says what is to be known of it',
    (name, { parameters, aliases, summary, returns, examples, knownFrom }) => {
      const page = written.slice(written.indexOf(`\n### ${name}\n`)).split(/\n##/)[1]
      for (const parameter of Object.keys(parameters)) expect(page).toContain(`| \`${parameter}\` |`)
      for (const alias of aliases) expect(page).toContain(`\`${alias}\``)
      for (const said of [summary, returns, knownFrom]) {
        expect(said).not.toBe('')
        expect(page).toContain(said)
      }
      expect(examples).not.toEqual([])
    },
  )

  it('shows scripts that can be run', () => {
    const scripts = [...written.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, script = '']) => script)
    expect(scripts.length).toBeGreaterThan(100)
    for (const script of scripts) expect(checkScript(script, calculatorFunctions)).toEqual([])
  })
})
