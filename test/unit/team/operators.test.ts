import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { availableOperators } from '../../../src/team/available-operators.ts'
import { isAvailable } from '../../../src/team/operator.ts'
import type { WorkingHours } from '../../../src/team/team.table.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { type TestGateway, testGateway } from '../../gateway.ts'
import { recordedChanges } from '../../project.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

describe('an operator', () => {
  it('has a share of 1 and no hours of its own, unless they are told', async () => {
    const plain = await gateway.call('POST', '/operators', { name: 'Anna', role: 'manager' })
    expect(plain.body).toMatchObject({ share: 1, workingHours: null, available: true })
    const told = await gateway.call('POST', '/operators', {
      name: 'Boris',
      role: 'manager',
      share: 3,
      workingHours: { 1: [['22:00', '06:00']] },
    })
    expect(told.body).toMatchObject({ share: 3, workingHours: { 1: [['22:00', '06:00']] }, available: false })
    const changed = await gateway.call('PATCH', `/operators/${told.body.id}`, { share: 0 })
    expect(changed.body).toMatchObject({ share: 0, workingHours: { 1: [['22:00', '06:00']] } })
    const freed = await gateway.call('PATCH', `/operators/${told.body.id}`, { workingHours: null })
    expect(freed.body).toMatchObject({ share: 0, workingHours: null, available: true })
  })

  it.each([
    [{ share: 1.5 }, 'share'],
    [{ share: -1 }, 'share'],
    [{ share: '3' }, 'share'],
    [{ workingHours: { 8: [['09:00', '18:00']] } }, 'workingHours'],
    [{ workingHours: { 1: [['09:00', '9 pm']] } }, 'workingHours.1[0][1]'],
    [{ workingHours: { 1: [['09:00', '09:00']] } }, 'workingHours.1[0]'],
    [{ email: 'anna' }, 'email'],
    [{ role: 'service' }, 'role'],
  ])('is refused with %j', async (input, path) => {
    const { status, body } = await gateway.call('POST', '/operators', { name: 'Anna', role: 'manager', ...input })
    expect(status).toBe(400)
    expect(body.errors[0].path).toContain(path)
  })

  it('has an e-mail that nobody else in the project has, in whatever case', async () => {
    const anna = await gateway.call('POST', '/operators', { name: 'Anna', role: 'manager', email: 'Anna@shop.example' })
    const twin = await gateway.call('POST', '/operators', { name: 'Ann', role: 'manager', email: 'anna@SHOP.example' })
    expect(twin.status).toBe(409)
    expect(twin.body.errors).toEqual([
      { path: 'email', message: 'belongs to the operator "Anna"; expected one that nobody else has' },
    ])
    const boris = await gateway.call('POST', '/operators', { name: 'Boris', role: 'manager' })
    expect((await gateway.call('PATCH', `/operators/${boris.body.id}`, { email: 'ANNA@shop.example' })).status).toBe(
      409,
    )
    const same = await gateway.call('PATCH', `/operators/${anna.body.id}`, { email: 'anna@shop.example' })
    expect(same.body.email).toBe('anna@shop.example')

    const elsewhere = await testGateway(fresh.db)
    const other = await elsewhere.call('POST', '/operators', { name: 'A', role: 'manager', email: 'anna@shop.example' })
    expect(other.status).toBe(201)
  })

  it('starts and ends a shift, and each is recorded once', async () => {
    const { body: anna } = await gateway.call('POST', '/operators', { name: 'Anna', role: 'manager', onShift: false })
    expect(anna.available).toBe(false)
    const started = await gateway.call('PUT', `/operators/${anna.id}/shift`, { onShift: true })
    expect(started.body).toMatchObject({ onShift: true, available: true })
    await gateway.call('PUT', `/operators/${anna.id}/shift`, { onShift: true })
    await gateway.call('PATCH', `/operators/${anna.id}`, { onShift: false })
    await gateway.call('PATCH', `/operators/${anna.id}`, { name: 'Anna P.' })
    const shifts = (await recordedChanges(fresh.db)).filter(({ kind }) => kind.startsWith('operator.shift'))
    expect(shifts).toEqual([
      { kind: 'operator.shift_started', data: { operatorId: anna.id, name: 'Anna' } },
      { kind: 'operator.shift_ended', data: { operatorId: anna.id, name: 'Anna' } },
    ])
  })

  it('behind an API key has no shifts', async () => {
    const key = await gateway.call('POST', '/api-keys', { name: 'site', access: 'read' })
    const path = `/operators/${key.body.operatorId}`
    expect((await gateway.call('PUT', `${path}/shift`, { onShift: true })).status).toBe(409)
    expect((await gateway.call('PATCH', path, { onShift: true })).status).toBe(409)
    expect((await gateway.call('PUT', `/operators/999/shift`, { onShift: true })).status).toBe(404)
  })

  it('of another project is not among those whom work can be given to', async () => {
    const { body: anna } = await gateway.call('POST', '/operators', { name: 'Anna', role: 'manager' })
    await gateway.call('POST', '/operators', { name: 'Boris', role: 'manager', onShift: false })
    const other = await testGateway(fresh.db)
    await other.call('POST', '/operators', { name: 'Oleg', role: 'owner' })
    const found = await availableOperators(fresh.db, gateway.projectId, new Date())
    expect(found.map(({ id }) => id)).toEqual([anna.id])
  })
})

describe('working hours of an operator', () => {
  const person = (workingHours: WorkingHours | null, onShift = true) =>
    ({ role: 'manager', onShift, workingHours }) as const
  const night: WorkingHours = { '6': [['22:00', '06:00']] }

  it.each<[string, WorkingHours | null, boolean, string, string, boolean]>([
    ['without hours, on shift', null, true, 'Europe/Berlin', '2026-11-02T03:00:00Z', true],
    ['without hours, off shift', null, false, 'Europe/Berlin', '2026-11-02T12:00:00Z', false],
    ['with no hour at all', {}, true, 'Europe/Berlin', '2026-11-02T12:00:00Z', false],
    ['at the opening', { '1': [['09:00', '18:00']] }, true, 'Europe/Berlin', '2026-11-02T08:00:00Z', true],
    ['before it', { '1': [['09:00', '18:00']] }, true, 'Europe/Berlin', '2026-11-02T07:59:59Z', false],
    ['at the closing', { '1': [['09:00', '18:00']] }, true, 'Europe/Berlin', '2026-11-02T17:00:00Z', false],
    ['in hours, off shift', { '1': [['09:00', '18:00']] }, false, 'Europe/Berlin', '2026-11-02T12:00:00Z', false],
    ['in the zone of the project', { '1': [['09:00', '18:00']] }, true, 'Asia/Tokyo', '2026-11-02T00:00:00Z', true],
    ['before midnight', night, true, 'Europe/Berlin', '2026-11-07T22:00:00Z', true],
    ['after midnight', night, true, 'Europe/Berlin', '2026-11-08T04:59:59Z', true],
    ['at the end of the night', night, true, 'Europe/Berlin', '2026-11-08T05:00:00Z', false],
    ['on the night after', night, true, 'Europe/Berlin', '2026-11-08T22:00:00Z', false],
    // Summer time begins on 28 March 2027 at 02:00, and ends on 25 October 2026 at 03:00.
    ['the short night ends an hour sooner', night, true, 'Europe/Berlin', '2027-03-28T03:59:59Z', true],
    ['the short night, over', night, true, 'Europe/Berlin', '2027-03-28T04:00:00Z', false],
    ['the long night ends an hour later', night, true, 'Europe/Berlin', '2026-10-25T04:59:59Z', true],
    ['the long night, over', night, true, 'Europe/Berlin', '2026-10-25T05:00:00Z', false],
    ['all day', { '1': [['00:00', '24:00']] }, true, 'Europe/Berlin', '2026-11-02T22:59:59Z', true],
    ['all day, over', { '1': [['00:00', '24:00']] }, true, 'Europe/Berlin', '2026-11-02T23:00:00Z', false],
  ])('%s', (_, hours, onShift, zone, now, available) => {
    expect(isAvailable(person(hours, onShift), zone, new Date(now))).toBe(available)
  })

  it('count for people only, not for the service behind a key', () => {
    expect(isAvailable({ role: 'service', onShift: true, workingHours: null }, 'UTC', new Date())).toBe(false)
  })
})
