import { describe, expect, it } from 'vitest'
import { webhookKindsSchema } from '../../../../src/sync/webhooks/webhook.ts'

describe('the kinds that a webhook wants', () => {
  it.each([[['*']], [['deal.*', 'task.overdue']], [['sales_plan.contact_added']]])('can be %j', (kinds) => {
    expect(webhookKindsSchema.parse(kinds)).toEqual(kinds)
  })

  it.each([
    ['deal.crated', 'there is no kind of change "deal.crated"; did you mean "deal.created"?'],
    ['deals.*', 'there is no kind of change "deals.*"; did you mean "deal.*"?'],
    [
      'something.else',
      'there is no kind of change "something.else"; expected one such as deal.created, or deal.* or *',
    ],
  ])('cannot be %s', (kind, message) => {
    const { error } = webhookKindsSchema.safeParse(['*', kind])
    expect(error?.issues).toEqual([expect.objectContaining({ path: [1], message })])
  })
})
