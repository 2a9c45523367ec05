// A network's SMPP server, scripted: prints JSON for all that it gets, and reads what to deliver from its input.
//
// What it does with a message follows from the last two digits of its number:
//   01 throttles it twice first, 02 sends the receipt before the answer, 03 refuses it, 04 never answers,
//   05 answers in hexadecimal and tells of it in decimal, 06 tells that it was not delivered, 07 tells nothing,
//   08 closes the line instead of answering, 09 refuses the second part of a long message, 10 throttles that twice first,
//   11 five times; all others are delivered at once.
// With CERTIFICATE (a file with a certificate and its key) it speaks TLS.
const fs = require("fs");
const smpp = require("smpp");
const readline = require("readline");

const receivers = new Set();
const throttled = new Map();
const TOO_OFTEN = { "01": 2, "10": 2, "11": 5 };
let last = Number(process.env.FIRST_ID || 1000);
const tell = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const receipt = (pdu, id, stat) => {
  const text = `id:${id} sub:001 dlvrd:001 submit date:2611231840 done date:2611231841 stat:${stat} err:000 text:`;
  for (const session of receivers) {
    session.deliver_sm({ source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, short_message: { message: text } });
  }
};

const pem = process.env.CERTIFICATE && fs.readFileSync(process.env.CERTIFICATE);
const server = smpp.createServer(pem ? { key: pem, cert: pem } : {}, (session) => {
  session.on("error", () => {});
  session.on("close", () => receivers.delete(session));
  session.on("bind_transmitter", (pdu) => {
    const status = pdu.password === "wrong" ? smpp.ESME_RINVPASWD : 0;
    session.send(pdu.response({ command_status: status, system_id: "smsc" }));
  });
  session.on("bind_receiver", (pdu) => {
    session.send(pdu.response({ system_id: "smsc" }));
    receivers.add(session);
    tell({ bound: "receiver" });
  });
  session.on("bind_transceiver", (pdu) => {
    session.send(pdu.response({ system_id: "smsc" }));
    receivers.add(session);
    tell({ bound: "transceiver" });
  });
  session.on("unbind", (pdu) => { session.send(pdu.response()); session.close(); tell({ unbound: true }); });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("deliver_sm_resp", (pdu) => tell({ delivered: pdu.command_status }));
  session.on("submit_sm", (pdu) => {
    const number = pdu.destination_addr, kind = number.slice(-2);
    const udh = pdu.short_message.udh, isSecond = udh && udh[0][udh[0].length - 1] === 2;
    if ((kind === "01" || isSecond) && (throttled.get(number) || 0) < (TOO_OFTEN[kind] || 0)) {
      throttled.set(number, (throttled.get(number) || 0) + 1);
      return session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    }
    if (kind === "03" || (kind === "09" && isSecond)) return session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR }));
    const id = ++last;
    const { short_message: body, source_addr: from, source_addr_ton: ton, data_coding: coding, esm_class: mode } = pdu;
    const header = body.udh ? Buffer.concat(body.udh.map((one) => Buffer.from(one))).toString("hex") : "";
    tell({ to: number, from, ton, coding, mode, header, text: typeof body.message === "string" ? body.message : body.message.toString("hex") });
    if (kind === "04") return;
    if (kind === "08") return session.socket.destroy();
    if (kind === "02") receipt(pdu, id, "DELIVRD");
    session.send(pdu.response({ message_id: kind === "05" ? id.toString(16).toUpperCase().padStart(8, "0") : String(id) }));
    if (kind === "06") receipt(pdu, id, "UNDELIV");
    else if (!["02", "07"].includes(kind)) receipt(pdu, id, "DELIVRD");
  });
});

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { from, to, text, hex, coding, mode } = JSON.parse(line);
  const body = hex === undefined ? { message: text } : Buffer.from(hex, "hex");
  for (const session of receivers) {
    session.deliver_sm({ source_addr: from, destination_addr: to, short_message: body, data_coding: coding || 0, esm_class: mode || 0 });
  }
});
process.stdin.on("end", () => process.exit(0));
server.listen(Number(process.env.PORT || 0), "127.0.0.1", () => tell({ port: server.address ? server.address().port : server.port }));
