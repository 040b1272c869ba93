import { expect, it, vi } from 'vitest'
import { type Dialog, hopOf } from '../../../../../adapters/voice/sip-bridge/dialog.ts'
import { openEndpoint } from '../../../../../adapters/voice/sip-bridge/sip-endpoint.ts'
import type { SipPeer } from '../../../../../adapters/voice/sip-bridge/sip-transport.ts'

const party = { uri: 'sip:a@127.0.0.1', params: { tag: '1' } }

it.each(['UDP', 'TCP'] as const)('answers a request that cannot be written over %s by itself', async (protocol) => {
  const faults: unknown[] = []
  const endpoint = await openEndpoint({
    address: '127.0.0.1',
    port: 0,
    advertise: '127.0.0.1',
    admits: () => true,
    onRequest: () => {},
    onFault: (error) => faults.push(error),
  })
  const told: number[] = []
  const headers = { via: [], from: party, to: party, 'call-id': 'c', cseq: { seq: 1, method: 'BYE' } }
  const nowhere: SipPeer = { protocol, address: '127.0.0.1', port: 99_999 }
  endpoint.request(nowhere, { method: 'BYE', uri: 'sip:a@127.0.0.1:99999', headers }, ({ status }) => told.push(status))
  await vi.waitFor(() => expect(told).toEqual([503]))
  expect(faults).toEqual([])
  await endpoint.close()
})

it('goes where the call came from when a peer names a port that there is not', () => {
  const peer: SipPeer = { protocol: 'UDP', address: '127.0.0.1', port: 5060 }
  const dialog: Dialog = {
    ...{ callId: 'c', local: party, remote: party, target: 'sip:a@127.0.0.1:99999' },
    ...{ routes: [], sequence: 1, inviteSequence: 1, peer },
  }
  const hop = () =>
    hopOf(
      dialog,
      () => true,
      () => false,
    )
  expect(hop()).toEqual(peer)
  dialog.target = 'sip:a@127.0.0.1:5080'
  expect(hop()).toEqual({ ...peer, port: 5080 })
})
