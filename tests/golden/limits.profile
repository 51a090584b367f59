[Limits]
LimitNOFILE=64:1024
LimitAS=4G
LimitCPU=2min
LimitNPROC=infinity
Nice=5
