import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { blocks } from '../../../../src/compose/block-registry.ts'
import { checkTemplate } from '../../../../src/platform/check-template.ts'
import { lookup, stepper } from './step.ts'

const scope = {
  contact: { id: 5, first_name: 'Anna', city: 'Moscow' },
  deal: { id: 7, budget: 1 },
  run: { budget: 1 },
  project: { shop_api: 'https://shop.example.com' },
}

describe.each([...blocks])('the block type %s', (type, definition) => {
  const options = definition.options.parse(definition.example)

  it('is named as its type and has an example that the project could publish', () => {
    expect(definition.type).toBe(type)
    expect(definition.check?.(options, lookup()) ?? []).toEqual([])
    const templates = Object.entries(definition.templates?.(options) ?? {})
    expect(templates.flatMap(([path, template]) => checkTemplate(template, path) ?? [])).toEqual([])
  })

  it('executes its example', async () => {
    const outcome = await stepper(definition, definition.example, { scope }).execute()
    expect(outcome.do).not.toBe('fail')
    if (outcome.do === 'next') expect(definition.outputs(options)).toContain(outcome.output)
    if (outcome.do === 'wait' || outcome.do === 'call') expect(definition.resume).toBeDefined()
  })

  it('tells every text of its example that holds a placeholder', () => {
    const told = Object.values(definition.templates?.(options) ?? {})
    expect(placeholders(options).filter((text) => !told.includes(text))).toEqual([])
  })

  it('describes each option', () => {
    const schema = z.toJSONSchema(definition.options, { io: 'input' })
    for (const [name, option] of Object.entries(schema.properties ?? {})) {
      expect((option as { description?: string }).description, name).toMatch(/\S/)
    }
  })
})

function placeholders(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('{{') ? [value] : []
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(placeholders) : []
}
