"""The demo company: one small HTTP service that plays ERP, carrier, CRM and message gateway, with faults to switch on.

It stands outside the product: it imports none of its rooms and none of them imports it. Run it as a process:

    python -m demo --port 8790 --db demo.sqlite3 --gongdan-url http://127.0.0.1:8080
"""
