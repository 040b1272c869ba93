import { describe, expect, it } from 'vitest'
import { contactInCrm } from '../../../../src/sync/blocks/contact-in-crm.ts'
import { optionFaults, stepper } from '../../flows/blocks/step.ts'

const scope = { contact: { id: 5, first_name: 'Anna', city: 'Moscow' }, conversation: { id: 3 } }
const block = (options: Record<string, unknown>, given: object = scope) =>
  stepper(contactInCrm, { integration: 'Sales CRM', ...options }, { scope: given })

describe('contact-in-crm', () => {
  it("asks for the run's contact, with everything filled in", async () => {
    const options = {
      name: '{{ contact.first_name }}',
      responsible: 'olga@example.com',
      tags: ['{{ contact.city }}'],
      fields: [{ to: 'City', value: '{{ contact.city }}' }],
      note: true,
    }
    expect(await block(options).execute()).toMatchObject({
      do: 'call',
      caller: 'crm',
      request: {
        integration: 'Sales CRM',
        subject: { entity: 'contact', id: 5 },
        written: {
          entity: 'contact',
          name: 'Anna',
          responsible: 'olga@example.com',
          fields: [{ to: 'City', value: 'Moscow' }],
        },
        tags: ['Moscow'],
        note: { conversation: 3 },
      },
    })
  })

  it('leaves by "error" when the run has no contact', async () => {
    expect(await block({}, { contact: {} }).execute()).toMatchObject({ do: 'fail', message: 'The run has no contact.' })
  })

  it('keeps the id there and leaves by "ok", or by "error" with the reason', async () => {
    const step = block({})
    expect(await step.resume({ because: 'result', result: { ok: true, value: { contactId: 'c1' } } })).toEqual({
      do: 'next',
      output: 'ok',
    })
    expect(await step.resume({ because: 'result', result: { ok: false, error: 'Gone.' } })).toEqual({
      do: 'fail',
      message: 'Gone.',
    })
    expect(step.taken).toEqual([
      ['setVariables', { crm_contact_id: 'c1' }],
      ['setVariables', { crm_error: 'Gone.' }],
    ])
  })

  it.each([
    [{ integration: 'Nowhere' }, 'integration: the project has no integration "Nowhere"'],
    [{ saveTo: 'contact.name' }, 'saveTo: "contact.name" cannot be set'],
    [{ task: { text: 'Call' } }, 'task'],
  ])('is not published with %j', (options, fault) => {
    expect(optionFaults(contactInCrm, { integration: 'Sales CRM', ...options }).join('\n')).toContain(fault)
  })
})
