import { describe, expect, it } from 'vitest'
import { condition } from '../../../../src/flows/blocks/condition.ts'
import { optionFaults, stepper } from './step.ts'

const scope = { contact: { city: 'Moscow', labels: ['vip'] }, run: { budget: 500, wanted: 400 } }

async function outputOf(options: Record<string, unknown>) {
  return stepper(condition, options, { scope }).execute()
}

describe('condition', () => {
  it('leaves by "true" when all rules hold and by "false" when one does not', async () => {
    const holds = { field: 'contact.city', operator: 'equals', value: 'moscow' }
    const fails = { field: 'run.budget', operator: 'less', value: 100 }
    expect(await outputOf({ rules: [holds] })).toEqual({ do: 'next', output: 'true' })
    expect(await outputOf({ rules: [holds, fails] })).toEqual({ do: 'next', output: 'false' })
    expect(await outputOf({ match: 'any', rules: [holds, fails] })).toEqual({ do: 'next', output: 'true' })
  })

  it('fills in the placeholders of values', async () => {
    const rules = [{ field: 'run.budget', operator: 'greater', value: '{{ run.wanted }}' }]
    expect(await outputOf({ rules })).toEqual({ do: 'next', output: 'true' })
  })

  it("reads the time on the contact's clock", async () => {
    const rules = [{ field: 'now.time', operator: 'equals', value: '04:00' }]
    const given = { scope: { contact: { time_zone: 'America/New_York' } } }
    expect(await stepper(condition, { rules }, given).execute()).toEqual({ do: 'next', output: 'true' })
  })

  it('names the rule that cannot work', () => {
    const rules = [
      { field: 'contact.city', operator: 'is_set' },
      { match: 'any', rules: [{ field: 'contact.shoe_size', operator: 'is_set' }] },
    ]
    expect(optionFaults(condition, { rules })[0]).toContain(
      'rules[1].rules[0].field: the project has no attribute "shoe_size"',
    )
    expect(optionFaults(condition, { rules: [{ field: 'contact.city', operator: 'is', value: 1 }] })[0]).toContain(
      'rules[0].operator',
    )
    expect(optionFaults(condition, { rules: [{ field: 'customer.city', operator: 'is_set' }] })[0]).toContain(
      'rules[0].field',
    )
  })
})
