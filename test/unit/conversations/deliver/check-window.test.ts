import { describe, expect, it } from 'vitest'
import { checkWindow } from '../../../../src/conversations/deliver/check-window.ts'

const now = new Date('2026-11-02T12:00:00Z')
const hoursAgo = (hours: number) => ({ lastInboundAt: new Date(now.getTime() - hours * 3_600_000) })
const can = { windowHours: 24 }
const text = {}
const template = {
  parts: [{ type: 'template' as const, name: 'reminder', language: 'en_US', variables: {} }],
}
const button = { parts: [{ type: 'buttons' as const, rows: [[{ label: 'Yes' }]] }] }

describe('the window of a channel', () => {
  it('lets everything through while it is open', () => {
    expect(() => checkWindow(hoursAgo(0), text, can, now)).not.toThrow()
    expect(() => checkWindow(hoursAgo(23.99), button, can, now)).not.toThrow()
  })

  it('lets only a template through when it has closed, or never was open', () => {
    for (const conversation of [hoursAgo(24), hoursAgo(1000), { lastInboundAt: null }]) {
      expect(() => checkWindow(conversation, template, can, now)).not.toThrow()
      for (const content of [text, button]) {
        const refused = expect(() => checkWindow(conversation, content, can, now))
        refused.toThrow(expect.objectContaining({ code: 'conflict', retryable: false }))
        refused.toThrow(/only a template/)
      }
    }
    expect(() => checkWindow({ lastInboundAt: null }, text, can, now)).toThrow(/has not written here yet/)
    expect(() => checkWindow(hoursAgo(25), text, can, now)).toThrow(/More than 24 hours/)
  })

  it('is no matter of channels without one, nor of those that nobody knows', () => {
    expect(() => checkWindow({ lastInboundAt: null }, text, {}, now)).not.toThrow()
    expect(() => checkWindow({ lastInboundAt: null }, text, undefined, now)).not.toThrow()
  })
})
