import { describe, expect, it } from 'vitest'
import { createDeal } from '../../../../src/flows/blocks/create-deal.ts'
import { openChannel, optionFaults, stepper } from './step.ts'

const deal = { spot: 'Showroom', name: 'A car' }

describe('create-deal', () => {
  it('creates the deal with everything filled in', async () => {
    const options = {
      spot: 'Showroom',
      pipeline: 'Sales',
      stage: 'New',
      name: '{{ run.model }} for {{ contact.first_name | default: "someone" }}',
      budget: '{{ run.budget }}',
      currency: 'EUR',
      description: 'Wants {{ run.model }}',
      variables: { model: '{{ run.model }}', doors: '{{ run.doors }}', source: 'chat' },
      sendingChannel: 'Bot',
    }
    const block = stepper(createDeal, options, { scope: { run: { model: 'Niva', budget: '1 200,50', doors: 5 } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([
      [
        'createDeal',
        {
          spot: 'Showroom',
          pipeline: 'Sales',
          stage: 'New',
          name: 'Niva for someone',
          budget: 1200.5,
          currency: 'EUR',
          description: 'Wants Niva',
          variables: { model: 'Niva', doors: 5, source: 'chat' },
          sendingChannel: 'Bot',
        },
      ],
    ])
  })

  it('leaves no half of a character where a long name is cut', async () => {
    const block = stepper(
      createDeal,
      { ...deal, name: '{{ run.model }}' },
      { scope: { run: { model: `${'x'.repeat(499)}🚗` } } },
    )
    await block.execute()
    expect(block.taken[0]?.[1]).toMatchObject({ name: 'x'.repeat(499) })
  })

  it('creates a deal without a budget when its placeholder names nothing, and calls a nameless one by its spot', async () => {
    const block = stepper(createDeal, { spot: 'Showroom', name: '{{ run.nothing }}', budget: '{{ run.nothing }}' })
    await block.execute()
    expect(block.taken[0]?.[1]).toMatchObject({ name: 'Showroom', budget: undefined })
  })

  it('fails when the budget is no number', async () => {
    const block = stepper(createDeal, { ...deal, budget: '{{ run.budget }}' }, { scope: { run: { budget: 'much' } } })
    await expect(block.execute()).rejects.toThrow('The budget came out as "much"; expected a number from 0')
  })

  it.each([
    [{ spot: 'Shop' }, 'spot: the project has no spot "Shop"; expected one of "Showroom"'],
    [{ pipeline: 'Rent' }, 'pipeline: the spot "Showroom" has no pipeline "Rent"; expected one of "Sales", "Service"'],
    [
      { stage: 'Booked' },
      'stage: the pipeline "Sales" has no stage "Booked"; expected one of "New", "Qualified", "Won"',
    ],
    [
      { pipeline: 'Service', stage: 'New' },
      'stage: the pipeline "Service" has no stage "New"; expected one of "Booked", "Done"',
    ],
    [{ sendingChannel: 'Mail' }, 'sendingChannel: the project has no channel "Mail"; expected one of "Bot"'],
    [{ currency: 'euro' }, 'currency: expected three capital letters (ISO 4217), such as EUR'],
  ])('refuses %j', (options, fault) => {
    const channels = new Map([['Bot', openChannel({})]])
    expect(optionFaults(createDeal, { ...deal, ...options }, { channels })).toEqual([fault])
  })

  it('accepts what the project has', () => {
    expect(optionFaults(createDeal, { ...deal, pipeline: 'Service', stage: 'Booked', sendingChannel: 'Bot' })).toEqual(
      [],
    )
  })
})
