/** The lease of the process that sends to webhooks; what it sends waits in a queue for each of them. */
export const webhookLease = 'webhooks'

/** The queue of a subscription: what one receiver is slow to take holds up no other. */
export function webhookQueue(webhookId: number): string {
  return `${webhookLease}:${webhookId}`
}

/** The number of the subscription whose queue it is; undefined for queues of others. */
export function webhookOfQueue(queue: string): number | undefined {
  const [, id] = /^webhooks:(\d{1,15})$/.exec(queue) ?? []
  return id === undefined ? undefined : Number(id)
}
