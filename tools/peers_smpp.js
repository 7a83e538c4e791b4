// A message centre by other people's hands: the npm package `smpp`. node peers_smpp.js PACKAGE PORT [CERT KEY]
// Says on standard output, one JSON object a line, what it saw. Numbers that end in 58 are refused for speed at first.
const smpp = require(process.argv[2]);
const fs = require('fs');
const [port, cert, key] = [Number(process.argv[3]), process.argv[4], process.argv[5]];
const say = (told) => console.log(JSON.stringify(told));
const receivers = new Set();
let taken = 0;
let refused = 0;

function deliver(what, fields) {
  for (const one of [...receivers].slice(-1)) {
    one.deliver_sm({source_addr_ton: 1, source_addr_npi: 1, destination_addr: '555', ...fields}, (answer) =>
      say({saw: `${what} answered`, status: answer.command_status}));
  }
}

function submitted(session, pdu) {
  if (pdu.destination_addr.endsWith('58') && refused < 3) {
    refused += 1;
    session.send(pdu.response({command_status: smpp.ESME_RTHROTTLED}));
    return;
  }
  taken += 1;
  const id = String(taken);
  const text = String(pdu.short_message.message || '');
  say({saw: 'submission', id, to: pdu.destination_addr, coding: pdu.data_coding, text});
  session.send(pdu.response({message_id: id}));
  const words = `id:${id} sub:001 dlvrd:001 submit date:2611021700 done date:2611021705 stat:DELIVRD err:000 text:`;
  deliver('receipt', {source_addr: pdu.destination_addr, esm_class: 4, short_message: words});
  if (text.includes('answer me')) {
    deliver('text', {source_addr: pdu.destination_addr, data_coding: 8, short_message: '好的，我下个月还 🙏'});
  }
}

function serve(session) {
  session.on('error', () => session.close());
  session.on('close', () => receivers.delete(session));
  for (const command of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(command, (pdu) => {
      const isWrong = pdu.password !== 'secret';
      say({saw: 'bind', command, wrong: isWrong});
      session.send(pdu.response(isWrong ? {command_status: smpp.ESME_RINVPASWD} : {system_id: 'node'}));
      if (!isWrong && command !== 'bind_transmitter') receivers.add(session);
    });
  }
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { say({saw: 'unbind'}); session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => submitted(session, pdu));
}

const tls = cert ? {cert: fs.readFileSync(cert), key: fs.readFileSync(key)} : null;
const server = tls ? smpp.createServer(tls, serve) : smpp.createServer(serve);
server.listen(port, '127.0.0.1', () => say({saw: 'listening'}));
