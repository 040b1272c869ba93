import { describe, expect, it } from 'vitest'
import { createGroup } from '../../../../src/flows/blocks/create-group.ts'
import { optionFaults, stepper } from './step.ts'

const made = { thread: 'g1', title: 'Anna', link: 'https://example.com/join', people: { 0: { added: true } } }

describe('create-group', () => {
  it('asks for the group with everything filled in, and cuts what is too long', async () => {
    const options = {
      creator: 'Account',
      name: ' {{ contact.first_name }}  {{ run.long }}',
      description: '{{ run.long }}',
    }
    const scope = { contact: { first_name: 'Anna' }, run: { long: 'x'.repeat(300) } }
    const block = stepper(createGroup, options, { scope })
    expect(await block.execute()).toMatchObject({ do: 'call', caller: 'group' })
    const plan = block.taken.find(([name]) => name === 'planGroup')?.[1] as { title: string; description: string }
    expect(plan.title).toBe(`Anna ${'x'.repeat(123)}`)
    expect(plan.description).toHaveLength(255)
  })

  it('leads to "made" and makes it a conversation', async () => {
    const block = stepper(createGroup, { creator: 'Account', name: 'G', client: false })
    expect(await block.resume({ because: 'result', result: { ok: true, value: made } }, { place: null })).toEqual({
      do: 'next',
      output: 'made',
    })
    expect(block.taken.map(([name]) => name)).toEqual(['openGroup', 'setVariables'])
  })

  it('invites a client who was not brought in, and leads to "without_client"', async () => {
    const block = stepper(createGroup, { creator: 'Account', name: 'G' })
    const value = { ...made, people: { 0: { added: false, why: 'privacy' } } }
    expect(await block.resume({ because: 'result', result: { ok: true, value } }, { place: 0 })).toEqual({
      do: 'next',
      output: 'without_client',
    })
    expect(block.taken.find(([name]) => name === 'invite')?.[1]).toMatchObject({
      text: 'Anna: https://example.com/join',
    })
  })

  it('leads to "failed" when there is no group', async () => {
    const block = stepper(createGroup, { creator: 'Account', name: 'G' })
    const outcome = await block.resume({ because: 'result', result: { ok: false, error: 'flood' } }, { place: 0 })
    expect(outcome).toEqual({ do: 'next', output: 'failed' })
  })

  it.each([
    [{ creator: 'Nobody' }, 'creator: the project has no channel "Nobody"'],
    [{ bots: ['Nobody'] }, 'bots[0]: the project has no channel "Nobody"'],
    [{ managers: ['nobody@example.com'] }, 'managers[0]: the project has no operator "nobody@example.com"'],
    [{ spot: 'Shop' }, 'spot: the project has no spot "Shop"'],
  ])('is not published with %j', (options, fault) => {
    expect(optionFaults(createGroup, { creator: 'Bot', name: 'G', ...options }).join('\n')).toContain(fault)
  })
})
