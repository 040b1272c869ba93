import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** What the program counts, in Prometheus' words. One object a process. */
export interface Metrics {
  /** Messages that came in and were stored. */
  messagesReceived: Counter
  /** Messages that a channel took over. */
  messagesSent: Counter
  /** Deliveries that ended, by kind and outcome (`sent`, `dead`). */
  deliveries: Counter<'kind' | 'outcome'>
  /** Attempts that failed, by kind. */
  deliveriesFailed: Counter<'kind'>
  /** Events that could not be processed and were put aside. */
  eventsParked: Counter
  /** Events worked on in one transaction. */
  batchSize: Histogram
  /** Batches that were not read, as their threads were remembered, by whether that held (`held`, `changed`). */
  batchesRecalled: Counter<'outcome'>
  /** How long such a transaction took, in seconds. */
  batchSeconds: Histogram
  /** API calls in seconds, by operation and status. */
  httpSeconds: Histogram<'operation' | 'status'>
  /** Everything in the text form that Prometheus reads. */
  render(): Promise<{ contentType: string; text: string }>
}

/** Makes the counters, with those of the process (memory, event loop) beside them. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'parley_' })
  const registers = [registry]
  return {
    messagesReceived: new Counter({
      name: 'parley_messages_received_total',
      help: 'Messages that came in and were stored.',
      registers,
    }),
    messagesSent: new Counter({
      name: 'parley_messages_sent_total',
      help: 'Messages that a channel took over.',
      registers,
    }),
    deliveries: new Counter({
      name: 'parley_deliveries_total',
      help: 'Deliveries that ended.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    deliveriesFailed: new Counter({
      name: 'parley_delivery_attempts_failed_total',
      help: 'Attempts of deliveries that failed.',
      labelNames: ['kind'],
      registers,
    }),
    eventsParked: new Counter({
      name: 'parley_events_parked_total',
      help: 'Events that could not be processed and were put aside.',
      registers,
    }),
    batchSize: new Histogram({
      name: 'parley_batch_events',
      help: 'Events worked on in one transaction.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
    batchesRecalled: new Counter({
      name: 'parley_batches_recalled_total',
      help: 'Batches whose threads were taken as they were remembered.',
      labelNames: ['outcome'],
      registers,
    }),
    batchSeconds: new Histogram({
      name: 'parley_batch_seconds',
      help: 'How long a transaction of the message path took.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    httpSeconds: new Histogram({
      name: 'parley_api_seconds',
      help: 'How long calls of the API took.',
      labelNames: ['operation', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
