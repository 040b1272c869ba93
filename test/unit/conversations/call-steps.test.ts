import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Part } from '../../../src/conversations/message.ts'
import { type FreshDatabase, freshDatabase } from '../../database.ts'
import { coo, openPigeonry, type Pigeonry } from '../../pigeons.ts'

let fresh: FreshDatabase
let pigeons: Pigeonry

beforeAll(async () => {
  fresh = await freshDatabase()
})
afterEach(async () => {
  await pigeons.stop()
  await fresh.clear()
})
afterAll(() => fresh.drop())

const step = (number: number, event: string, more: { text?: string; parts?: Part[] } = {}) => {
  const { message, ...call } = coo(number, more.text ?? '', 'anna')
  const parts: Part[] = [{ type: 'call', event }, ...(more.parts ?? [])]
  return { ...call, thread: { id: 'call', kind: 'call' as const }, message: { ...message, parts, addressesBot: false } }
}
const unread = async () => (await fresh.db.query<{ unread: number }>('select unread from conversations'))[0]?.unread

describe('the steps of a call', () => {
  it('count as unread only when somebody has to look: what was said or recorded, and a call that nobody took', async () => {
    pigeons = await openPigeonry(fresh.db)
    await pigeons.bring(step(1, 'incoming'), step(2, 'answered'))
    expect(await unread()).toBe(0)
    await pigeons.bring(step(3, 'speech', { text: 'I want a car' }))
    expect(await unread()).toBe(1)
    await pigeons.bring(step(4, 'completed'))
    expect(await unread()).toBe(1)
    await pigeons.bring(step(5, 'missed'))
    expect(await unread()).toBe(2)
    const recording: Part = { type: 'media', media: 'audio', file: { url: 'https://example.com/a.wav' } }
    await pigeons.bring(step(6, 'recording', { parts: [recording] }))
    expect(await unread()).toBe(3)
  })
})
