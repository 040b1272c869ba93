import { describe, expect, it } from 'vitest'
import { blocks } from '../../../src/flows/blocks/registry.ts'
import { flowJsonSchema } from '../../../src/flows/flow-schema.ts'

interface Schema {
  $schema?: string
  $ref?: string
  $defs?: Record<string, Schema>
  const?: unknown
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  oneOf?: Schema[]
}

const schema = flowJsonSchema(blocks) as Schema

function variantOf(type: string): Schema | undefined {
  return schema.properties?.blocks?.items?.oneOf?.find((variant) => variant.properties?.type?.const === type)
}

describe('flowJsonSchema', () => {
  it('is a JSON Schema of draft 2020-12', () => {
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(schema.required).toEqual(['name'])
  })

  it.each([...blocks.keys()])('has the options of %s', (type) => {
    const written = variantOf(type)?.properties?.options
    const [, definition] = /^#\/\$defs\/(.+)$/.exec(written?.$ref ?? '') ?? []
    const options = definition ? schema.$defs?.[definition] : written
    expect(Object.keys(options?.properties ?? {})).toEqual(Object.keys(blocks.get(type)!.options.shape))
  })

  it('describes groups of rules that hold groups of rules', () => {
    expect(variantOf('condition')?.properties?.options?.$ref).toBe('#/$defs/ConditionGroup')
    expect(JSON.stringify(schema.$defs?.ConditionGroup?.properties?.rules)).toContain('"$ref":"#/$defs/ConditionGroup"')
  })

  it('asks for options where a block cannot do without', () => {
    expect(variantOf('note')?.required).toContain('options')
    expect(variantOf('hand-over')?.required).not.toContain('options')
  })

  it('refers only to definitions that it has', () => {
    const text = JSON.stringify(schema)
    const names = [...text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map((match) => match[1]!)
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) expect(schema.$defs).toHaveProperty([name])
    expect(text).not.toContain('"$ref":"#"')
  })
})
