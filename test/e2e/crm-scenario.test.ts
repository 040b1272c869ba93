import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CrmStage, eventually, openCrmStage, stages } from './crm-stage.ts'

/** An owner who has connected an account of another CRM, by the consent page of its vendor. */
describe('an account of another CRM', () => {
  let stage: CrmStage
  let ivan: number

  beforeEach(async () => {
    stage = await openCrmStage({
      sends: 'every_deal',
      prepare: async ({ call }) => {
        ivan = (await call('POST', '/operators', { name: 'Ivan', email: 'ivan@example.com', role: 'manager' })).id
      },
    })
  })
  afterEach(() => stage.close())

  const stageOf = (id: number) => stage.crm.account.pipelines[0]!.statuses.find((status) => status.id === id)?.name

  it('gets a deal with its contact at once, tells what changes there within a second or so, and hears no echo of that', async () => {
    const { crm, call, rest, writes, integrationId } = stage
    expect(await call('GET', `/integrations/${integrationId}`)).toMatchObject({
      account: 'Пример',
      condition: { state: 'working' },
    })
    const contact = await call('POST', '/contacts', { firstName: 'Анна', phone: '+79161234567', labels: ['vip'] })
    const deal = await call('POST', '/deals', {
      name: 'Стол',
      contactId: contact.id,
      budget: 5000,
      responsibleId: ivan,
    })
    await eventually(() => expect(crm.leads().length).toBe(1))
    const [lead] = crm.leads()
    const [there] = crm.contacts()
    expect(lead).toMatchObject({ name: 'Стол', price: 5000, contacts: [there!.id], responsible: 7_000_003 })
    expect(stageOf(lead!.statusId)).toBe(stages[0])
    expect(crm.valueOf('contacts', there!.id, 'PHONE')).toBe('+79161234567')
    expect(crm.tagsOf('contacts', there!.id)).toEqual(['vip'])

    await rest()
    const before = writes()
    const begin = performance.now()
    crm.moveLead(lead!.id, lead!.pipelineId, crm.account.pipelines[0]!.statuses[2]!.id)
    await eventually(async () =>
      expect((await call('GET', `/deals/${deal.id}`)).stage).toMatchObject({ name: stages[1] }),
    )
    const took = performance.now() - begin
    process.stdout.write(`A stage that was changed in the other CRM was changed here after ${Math.round(took)} ms.\n`)

    crm.editContact(there!.id, { last_name: 'Каренина' })
    crm.editLead(lead!.id, { price: 7000 })
    const note = crm.addNote('leads', lead!.id, 'Просила перезвонить')
    const dueAt = Math.floor(Date.now() / 1000) + 86_400
    const task = crm.addTask({ text: 'Позвонить', complete_till: dueAt, entity_type: 'leads', entity_id: lead!.id })
    await eventually(async () => {
      expect((await call('GET', `/contacts/${contact.id}`)).lastName).toBe('Каренина')
      expect((await call('GET', `/deals/${deal.id}`)).budget).toBe(7000)
      expect((await call('GET', `/contacts/${contact.id}/notes`)).items).toMatchObject([{ text: note.params.text }])
      expect((await call('GET', '/tasks')).items).toMatchObject([
        { name: 'Позвонить', dealId: deal.id, status: 'open' },
      ])
    })
    crm.completeTask(task.id)
    await eventually(async () => expect((await call('GET', '/tasks')).items).toMatchObject([{ status: 'done' }]))
    await rest()
    expect(writes()).toBe(before)
    expect([crm.refused(), crm.mostInOneSecond() <= 7]).toEqual([[], true])
  }, 120_000)

  it('has the same as we have after a hundred edits that took turns', async () => {
    const { crm, call, rest } = stage
    const contact = await call('POST', '/contacts', { firstName: 'Анна', phone: '+79161234567' })
    const deal = await call('POST', '/deals', { name: 'Стол', contactId: contact.id, budget: 0 })
    await eventually(() => expect(crm.leads().length).toBe(1))
    const [lead] = crm.leads()
    const { statuses } = crm.account.pipelines[0]!
    for (let turn = 0; turn < 50; turn++) {
      const name = stages[turn % 3]!
      await call('PATCH', `/deals/${deal.id}`, { budget: 1000 + turn })
      if (turn % 2 === 0) crm.editLead(lead!.id, { price: 2000 + turn, name: `Стол ${turn}` })
      else crm.moveLead(lead!.id, lead!.pipelineId, statuses.find((status) => status.name === name)!.id)
      // Some meet what is under way, others what is done.
      if (turn % 10 === 9) await rest()
    }
    await rest()
    const ours = await call('GET', `/deals/${deal.id}`)
    const theirs = crm.leads()[0]!
    expect([ours.budget, ours.name, ours.stage.name]).toEqual([theirs.price, theirs.name, stageOf(theirs.statusId)])
    expect(ours.name).toBe('Стол 48')
    const before = crm.calls.length
    await rest()
    expect(crm.calls.length).toBe(before)
    expect([crm.refused(), crm.mostInOneSecond() <= 7]).toEqual([[], true])
  }, 90_000)
})
