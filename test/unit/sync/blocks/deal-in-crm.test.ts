import { describe, expect, it } from 'vitest'
import type { Scope } from '../../../../src/flows/scope.ts'
import { dealInCrm } from '../../../../src/sync/blocks/deal-in-crm.ts'
import { optionFaults, stepper } from '../../flows/blocks/step.ts'

const scope: Partial<Scope> = {
  contact: { id: 5, first_name: 'Anna' },
  deal: { id: 7, name: 'A red car', budget: 12_000.5 },
  run: { model: 'Octavia', colours: ['red', 'blue'], nothing: '' },
  conversation: { id: 3 },
}
const block = (options: Record<string, unknown>, given: Partial<Scope> = scope) =>
  stepper(dealInCrm, { integration: 'Sales CRM', ...options }, { scope: given })
const asked = async (options: Record<string, unknown>) => {
  const outcome = await block(options).execute()
  if (outcome.do !== 'call') throw new Error(`It did not call: ${JSON.stringify(outcome)}`)
  expect(outcome.caller).toBe('crm')
  return outcome.request as Record<string, unknown>
}

describe('deal-in-crm', () => {
  it("asks for the run's deal as the mapping says, and for nothing else, without further options", async () => {
    expect(JSON.parse(JSON.stringify(await asked({})))).toEqual({
      integration: 'Sales CRM',
      subject: { entity: 'deal', id: 7 },
      written: { entity: 'deal', fields: [] },
      tags: [],
    })
  })

  it('fills in every placeholder, and keeps the type of a value that is one', async () => {
    const request = await asked({
      pipeline: 'Sales',
      stage: 'New',
      name: ' {{ run.model }} for {{ contact.first_name }} ',
      budget: '{{ deal.budget }}',
      responsible: 'olga@example.com',
      tags: ['chat', '{{ run.model }}', 'chat', '{{ run.nothing }}'],
      fields: [
        { to: 'colours', value: '{{ run.colours }}' },
        { to: 'Model', value: 'Skoda {{ run.model }}' },
      ],
      note: 'Wants {{ run.model }}',
    })
    expect(request).toMatchObject({
      written: {
        pipeline: 'Sales',
        stage: 'New',
        name: 'Octavia for Anna',
        budget: 12_000.5,
        responsible: 'olga@example.com',
        fields: [
          { to: 'colours', value: ['red', 'blue'] },
          { to: 'Model', value: 'Skoda Octavia' },
        ],
      },
      tags: ['chat', 'Octavia'],
      note: { text: 'Wants Octavia' },
    })
  })

  it('leaves alone what comes out empty, and empties what is given as null', async () => {
    const { written, ...rest } = await asked({
      name: '{{ run.nothing }}',
      budget: '{{ run.missing }}',
      responsible: '{{ deal.responsible }}',
      note: '{{ run.nothing }}',
      fields: [
        { to: 'a', value: '{{ run.missing }}' },
        { to: 'b', value: null },
        { to: 'c', value: false },
        { to: 'd', value: 0 },
      ],
    })
    expect(rest).not.toHaveProperty('note')
    expect(JSON.parse(JSON.stringify(written))).toEqual({
      entity: 'deal',
      fields: [
        { to: 'b', value: null },
        { to: 'c', value: false },
        { to: 'd', value: 0 },
      ],
    })
  })

  it('asks for the conversation so far, if there is one', async () => {
    expect(await asked({ note: true })).toMatchObject({ note: { conversation: 3 } })
    const outcome = await block({ note: true }, { ...scope, conversation: {} }).execute()
    expect(outcome).toMatchObject({ do: 'call' })
    expect((outcome as { request: object }).request).not.toHaveProperty('note')
  })

  it.each([
    [{ dueIn: '2h' }, '2026-11-02T11:00:00Z'],
    [{ due: 'tomorrow 10:00' }, '2026-11-03T07:00:00Z'],
    [{ due: '{{ run.day }}' }, '2026-12-24T20:59:59Z'],
    [{}, '2026-11-03T09:00:00Z'],
  ])("asks for a task by %j, on the project's clock", async (due, dueAt) => {
    const given = { ...scope, run: { day: '24.12.2026' } }
    const task = { text: 'Call {{ contact.first_name }}', responsible: '{{ contact.first_name }} Manager', ...due }
    expect(await block({ task }, given).execute()).toMatchObject({
      request: { task: { text: 'Call Anna', dueAt }, written: { task: { responsible: 'Anna Manager' } } },
    })
  })

  it('refuses a due date that comes out as none', async () => {
    const task = { text: 'Call', due: '{{ run.model }}' }
    await expect(block({ task }).execute()).rejects.toThrow('The option "task.due" came out as "Octavia"')
  })

  it('leaves by "error" when the run has no deal, and tells why', async () => {
    const step = block({}, { ...scope, deal: {} })
    expect(await step.execute()).toMatchObject({ do: 'fail', message: expect.stringContaining('The run has no deal') })
    expect(step.taken).toEqual([['setVariables', { crm_error: expect.stringContaining('create-deal') }]])
  })

  it('keeps the ids there and leaves by "ok"', async () => {
    const value = { dealId: 'd1', contactId: 'c1' }
    const step = block({})
    expect(await step.resume({ because: 'result', result: { ok: true, value } })).toEqual({ do: 'next', output: 'ok' })
    expect(step.taken).toEqual([['setVariables', { crm_deal_id: 'd1', crm_contact_id: 'c1' }]])
    const elsewhere = block({ saveTo: { deal: 'deal.number_there', contact: 'contact.city' } })
    await elsewhere.resume({ because: 'result', result: { ok: true, value } })
    expect(elsewhere.taken).toEqual([
      ['setContact', {}, { city: 'c1' }],
      ['setDealVariables', { number_there: 'd1' }],
    ])
  })

  it('leaves by "error" with the reason when it was refused', async () => {
    const step = block({})
    expect(await step.resume({ because: 'result', result: { ok: false, error: 'No such stage.' } })).toEqual({
      do: 'fail',
      message: 'No such stage.',
    })
    expect(step.taken).toEqual([['setVariables', { crm_error: 'No such stage.' }]])
    expect(step.outputs).toEqual(['ok', 'error'])
  })

  it.each([
    [{ integration: 'Nowhere' }, 'integration: the project has no integration "Nowhere"; expected one of "Sales CRM"'],
    [{ saveTo: { deal: 'deal.budget' } }, 'saveTo.deal: "deal.budget" is a field of the deal'],
    [{ saveTo: { contact: 'contact.nothing' } }, 'saveTo.contact: the project has no attribute "nothing"'],
    [{ task: { text: 'Call', due: 'tomorrow', dueIn: '1h' } }, 'task.dueIn: expected either due or dueIn'],
    [{ note: false }, 'note: '],
  ])('is not published with %j', (options, fault) => {
    expect(optionFaults(dealInCrm, { integration: 'Sales CRM', ...options }).join('\n')).toContain(fault)
  })

  it('is checked against what the account has', () => {
    const told: unknown[] = []
    const integrations = new Map([
      [
        'Sales CRM',
        {
          faults: (written: unknown) => {
            told.push(written)
            return [{ path: 'stage', message: 'there is none' }]
          },
        },
      ],
    ])
    const options = { integration: 'Sales CRM', stage: 'Nw', fields: [{ to: 'Model', value: 1 }] }
    expect(optionFaults(dealInCrm, options, { integrations })).toEqual(['stage: there is none'])
    expect(told).toMatchObject([{ entity: 'deal', stage: 'Nw', fields: [{ to: 'Model', value: 1 }] }])
  })
})
